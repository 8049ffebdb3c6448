#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Sums up a month: `report.py 2026-10`."""
import sys

MONTHS = {"2026-10": [5, 7]}


def total(month):
    return sum(MONTHS[month])


if __name__ == "__main__":
    print(total(sys.argv[1]))
