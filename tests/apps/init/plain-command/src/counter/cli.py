import argparse


def count(text, letter):
    return text.count(letter[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text")
    parser.add_argument("letter")
    options = parser.parse_args()
    print(count(options.text, options.letter))


if __name__ == "__main__":
    main()
