"""`python3 -m shop ORDER.json`: print the receipt."""

import json
import sys
from pathlib import Path

from shop.checkout import checkout


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    print(checkout(order))


if __name__ == "__main__":
    main()
