"""Bring the hashes and sizes in ../manifest.json up to date with the files beside it.

    python write_manifest.py            rewrite the manifest
    python write_manifest.py --check    change nothing; exit 1 if a hash or size is out of date

Everything else in the manifest (names, settings, licences) is edited by hand and kept.
"""
import hashlib
import json
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
MANIFEST = MODELS / "manifest.json"


def measure(path: Path) -> dict:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "sizeBytes": len(content)}


def refreshed(manifest: dict) -> dict:
    for model in manifest["models"]:
        if "file" in model:
            model.update(measure(MODELS / model["file"]))
        for file in model.get("files", []):
            file.update(measure(MODELS / model["folder"] / file["path"]))
    return manifest


if __name__ == "__main__":
    before = MANIFEST.read_text()
    after = json.dumps(refreshed(json.loads(before)), indent=2, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if after == before else "manifest.json is out of date: run write_manifest.py")
    MANIFEST.write_text(after)
    total = sum(file["sizeBytes"] for model in json.loads(after)["models"] for file in model.get("files", [model]))
    print(f"{total / 1e6:.1f} MB in all")
