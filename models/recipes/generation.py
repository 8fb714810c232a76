"""Call generate.mjs from the measuring scripts."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
BASE = MODELS / "pocket" / "pocket-q8_0.gguf"
ADAPTER = MODELS / "ticket-json" / "ticket-json.gguf"


def generate(prompts: list[list[dict]], adapter: Path | None = None, base: Path = BASE) -> list[str]:
    """`NODE` names the Node binary; generate.mjs must find node-llama-cpp from where it lies."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "prompts.json", Path(folder) / "answers.json"
        source.write_text(json.dumps(prompts))
        script = Path(os.environ.get("GENERATE_MJS", Path(__file__).with_name("generate.mjs")))
        subprocess.run([os.environ.get("NODE", "node"), str(script), str(base), str(source), str(target), *([str(adapter)] if adapter else [])],
                       check=True, stdout=subprocess.DEVNULL)
        return json.loads(target.read_text())


def read_ticket(text: str) -> dict | None:
    """The one JSON object a ticket must be, or None."""
    try:
        ticket = json.loads(text)
    except ValueError:
        return None
    fits = (isinstance(ticket, dict) and list(ticket) == ["answer", "source", "confidence"] and isinstance(ticket["answer"], str)
            and (ticket["source"] is None or isinstance(ticket["source"], int)) and ticket["confidence"] in ("high", "low"))
    return ticket if fits else None
