* Encoding: UTF-8.
* Opens exported tables by their own labels.sps and writes what was understood. Run in the folder of the tables.
INSERT FILE='labels.sps'.
SAVE TRANSLATE /OUTFILE='understood.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /REPLACE.
DISPLAY DICTIONARY.
