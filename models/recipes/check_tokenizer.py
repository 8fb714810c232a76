"""Does llama.cpp cut text as the tokenizer did in training? Exit code 1 if one text of 3,000 differs.

    python check_tokenizer.py TOKENIZER.json BASE.gguf
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer

from chat_format import pieces
from corpus.examples import ExampleMaker
from embedder_texts import training_texts

ODD = ["naïve café — “quoted” 12,5 %\n\n\tTab  two  spaces", "日本語 und Grüße 🙂", "", " ", "a" * 300, "don't I'll we've 3'4\"", "x=1;\r\ny==2\n\n\n", "E-mail: a.b@c.example [1][2]"]


def main() -> None:
    tokenizer = Tokenizer.from_file(sys.argv[1])
    maker = ExampleMaker(77)
    chats = ["".join(part for part, *_ in pieces(maker.example())) for _ in range(1000)]
    texts = chats + training_texts(2000, 78) + ODD
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "texts.json", Path(folder) / "tokens.json"
        source.write_text(json.dumps(texts))
        subprocess.run([os.environ.get("NODE", "node"), str(Path(__file__).with_name("tokenize.mjs")), sys.argv[2], str(source), str(target)], check=True, stdout=subprocess.DEVNULL)
        theirs = json.loads(target.read_text())
    different = [text for text, tokens in zip(texts, theirs) if tokenizer.encode(text, add_special_tokens=False).ids != tokens]
    print(f"{len(texts)} texts, {len(different)} cut differently")
    for text in different[:5]:
        print(repr(text[:200]))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
