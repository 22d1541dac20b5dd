"""Reads exported tables as people do, by Python's own csv, and says what does not fit together.

Called with the folder of the tables. What `labels.R`, `labels.do` and `labels.sps` say is read by small
parsers of their own, and compared with the tables.
"""

import csv
import re
import sys
from pathlib import Path

folder = Path(sys.argv[1])


def table(name):
    text = (folder / name).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines(), strict=True))
    assert len(rows) == text.count("\n"), f"{name}: a line break within a cell"
    head, body = rows[0], rows[1:]
    for row in body:
        assert len(row) == len(head), f"{name}: {row}"
        assert not any(cell[:1] in tuple("=+@") for cell in row), f"{name}: a formula in {row}"
        assert not any(cell[:1] == "-" and not re.fullmatch(r"-\d+(\.\d+)?", cell) for cell in row), f"{name}: {row}"
    return head, [dict(zip(head, row)) for row in body]


head, wide = table("wide.csv")
long_head, long = table("long.csv")
waves = sys.argv[2].split(",")
for name in head:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name), name
assert len({name.lower() for name in head}) == len(head), "two columns with one name"
assert len({row["pseudonym"] for row in wide}) == len(wide), "a person twice"

# The long table says what the wide one says, but for what was not shown.
people = {row["pseudonym"]: row for row in wide}
seen = set()
for row in long:
    column = f"{row['variable']}_{row['wave'].replace('-', '_')}"
    assert people[row["pseudonym"]][column] == row["value"], (row, people[row["pseudonym"]][column])
    assert (row["pseudonym"], column) not in seen, "a cell twice"
    seen.add((row["pseudonym"], column))
    assert row["value"] not in ("", "-1") or row["code"] == "", row
variables = {f"{row['variable']}_{wave.replace('-', '_')}" for row in long for wave in waves} & set(head)
for person, row in people.items():
    for column in variables:
        if row[column] not in ("", "-1"):
            assert (person, column) in seen, f"{column} of {person} is in the wide table alone"

# R: every column once, and as what it is.
r = (folder / "labels.R").read_text(encoding="utf-8")
classes = dict(re.findall(r'^  (\w+) = "(character|numeric)",?$', r, re.M))
assert list(classes) == head, "labels.R names other columns than wide.csv"
quoted = re.sub(r'"(?:[^"\\\n]|\\.)*"', "S", r)
assert '"' not in quoted and quoted.count("(") == quoted.count(")"), "labels.R: a string that does not end"
r_labels = {
    name: {int(number): label for label, number in re.findall(r'"((?:[^"\\]|\\.)*)" = (-?\d+)', labels)}
    for name, labels in re.findall(r'^attr\(wide_codes\$(\w+), "labels"\) <- c\((.*)\)$', r, re.M)
}
assert len(re.findall(r'^attr\(wide_codes\$\w+, "label"\)', r, re.M)) == len(head)
for row in wide:
    for name, kind in classes.items():
        if kind == "numeric" and row[name]:
            float(row[name])

# Stata: text and numbers by their places, no missing error, labels for what occurs.
do = (folder / "labels.do").read_text(encoding="utf-8")
assert "capture" not in do and "bindquote(strict)" in do


def places(option):
    found = []
    for run in re.search(option + r"\(([^)]*)\)", do).group(1).split():
        first, _, last = run.partition("/")
        found += range(int(first), int(last or first) + 1)
    return {head[place - 1] for place in found}


assert places("stringcols") == {name for name, kind in classes.items() if kind == "character"}
assert places("numericcols") == {name for name, kind in classes.items() if kind == "numeric"}
text = re.sub(r"`\"[^\"`$\n]*\"'", "S", do)
assert "`" not in text and "$" not in text, "labels.do: a macro or a string that does not end"
stata = {}
for name, value, label in re.findall(r"^label define (\w+) (\S+) `\"(.*)\"'(?:, modify)?$", do, re.M):
    stata.setdefault(name, {})[value] = label
assert set(re.findall(r"^label variable (\w+) ", do, re.M)) == set(head)
assert all(len(label) <= 80 for label in re.findall(r"^label variable \w+ `\"(.*)\"'$", do, re.M))
recoded = {
    name: dict(pair.split("=") for pair in codes.split(" \\ "))
    for name, codes in re.findall(r"^mvdecode (\w+), mv\((.*)\)$", do, re.M)
}

# SPSS: every column with a format that holds its longest cell, one label on a line, missing codes.
sps = (folder / "labels.sps").read_bytes()
assert sps.startswith(b"\xef\xbb\xbf"), "labels.sps: no byte order mark"
sps = sps.decode("utf-8-sig")
assert "SET DECIMAL=DOT." in sps
formats = dict(re.findall(r"^    (\w+) ([AF][\d.]+)$", sps, re.M))
assert list(formats) == head
for name, form in formats.items():
    assert form.startswith("A") == (classes[name] == "character"), name
    if form.startswith("A"):
        longest = max((len(row[name].encode()) for row in wide), default=0)
        assert int(form[1:]) >= max(longest, 1), f"{name}: {form} cuts {longest} bytes"
spss, missing = {}, {}
for name, block in re.findall(r"^VALUE LABELS (\w+)\n((?:  -?\d+ '.*'\n)+)  \.$", sps, re.M):
    lines = re.findall(r"^  (-?\d+) '((?:[^']|'')*)'$", block, re.M)
    assert len(lines) == block.count("\n"), name
    spss[name] = {int(number): label.replace("''", "'") for number, label in lines}
for name, codes in re.findall(r"^MISSING VALUES (\w+) \((.*)\)\.$", sps, re.M):
    missing[name] = {-4, -3, -2, -1} if "THRU" in codes else {int(code) for code in codes.split(", ")}

# Texts: codes for what is missing are told in Stata's notes and taken out in R.
notes = {}
for name, code in re.findall(r'^notes (\w+): "(-\d)" means ', do, re.M):
    notes.setdefault(name, set()).add(code)
for name, codes in notes.items():
    taken = re.search(rf"^wide\${name}\[wide\${name} %in% c\((.*)\)\] <- NA$", r, re.M).group(1)
    assert {code.strip('"') for code in taken.split(", ")} == codes, name
for row in wide:
    for name, kind in classes.items():
        if kind == "character" and row[name].startswith("-"):
            assert row[name] in notes.get(name, set()), f"{name} = {row[name]} is a missing code that is not listed"

# The three say the same.
assert set(spss) == set(r_labels) == set(stata), "labels for other variables"
for name, labels in spss.items():
    codes = {number for number in labels if number < 0}
    assert set(labels) == set(r_labels[name]), name
    assert {recoded.get(name, {}).get(str(number), str(number)) for number in labels} == set(stata[name]), name
    assert codes <= missing.get(name, set()), name
# Every coded cell stands for something, every missing code is one that can occur.
for row in wide:
    for name, labels in spss.items():
        if row[name] and (not name.startswith("score") and any(number >= 0 for number in labels)):
            assert int(float(row[name])) in labels, f"{name} = {row[name]} has no label"
        elif row[name].startswith("-"):
            assert int(row[name]) in labels, f"{name} = {row[name]} is a missing code that is not listed"
print(len(wide), len(long), len(head))
