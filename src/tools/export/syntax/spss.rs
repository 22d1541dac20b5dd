//! `labels.sps`, for SPSS in Unicode mode. It begins with a byte order mark, by which SPSS knows UTF-8.

use super::{super::columns::Column, cut};

/// SPSS's limits, in bytes.
const VARIABLE_LABEL: usize = 255;
const VALUE_LABEL: usize = 120;
const LONGEST_STRING: usize = 32_767;

/// A string of SPSS.
fn string(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", cut(&plain, most).replace('\'', "''"))
}

pub(in super::super) fn syntax(columns: &[Column], longest: &[usize]) -> String {
    let mut lines = vec![
        "\u{feff}* Encoding: UTF-8.".to_owned(),
        "* Reads wide.csv and labels it. Run it in the folder of the tables (CD).".to_owned(),
        "SET DECIMAL=DOT.".to_owned(),
        "GET DATA".to_owned(),
        "  /TYPE=TXT".to_owned(),
        "  /FILE='wide.csv'".to_owned(),
        "  /ENCODING='UTF8'".to_owned(),
        "  /ARRANGEMENT=DELIMITED".to_owned(),
        "  /DELCASE=LINE".to_owned(),
        "  /DELIMITERS=\",\"".to_owned(),
        "  /QUALIFIER='\"'".to_owned(),
        "  /FIRSTCASE=2".to_owned(),
        "  /VARIABLES=".to_owned(),
    ];
    for (column, longest) in columns.iter().zip(longest) {
        let format = match (column.text, column.decimal) {
            (true, _) => format!("A{}", (*longest).clamp(1, LONGEST_STRING)),
            (false, true) => "F20.6".to_owned(),
            (false, false) => "F12.0".to_owned(),
        };
        lines.push(format!("    {} {format}", column.name));
    }
    lines.push("  .".to_owned());
    lines.push("EXECUTE.".to_owned());
    lines.push("VARIABLE LABELS".to_owned());
    for column in columns {
        lines.push(format!("  {} {}", column.name, string(&column.label, VARIABLE_LABEL)));
    }
    lines.push("  .".to_owned());
    for column in columns.iter().filter(|column| !column.text) {
        let labels: Vec<_> = column.labels.iter().chain(&column.missing).collect();
        if labels.is_empty() {
            continue;
        }
        lines.push(format!("VALUE LABELS {}", column.name));
        for (number, label) in labels {
            lines.push(format!("  {number} {}", string(label, VALUE_LABEL)));
        }
        lines.push("  .".to_owned());
    }
    for column in columns.iter().filter(|column| !column.text && !column.missing.is_empty()) {
        // At most three single values may be missing; all of them are below zero.
        let (name, codes) = (&column.name, column.missing.iter().map(|(number, _)| number.to_string()));
        let listed =
            if column.missing.len() > 3 { "-4 THRU -1".to_owned() } else { codes.collect::<Vec<_>>().join(", ") };
        lines.push(format!("MISSING VALUES {name} ({listed})."));
    }
    lines.push("EXECUTE.".to_owned());
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_cut_between_characters() {
        assert_eq!(string("Kjør's", 120), "'Kjør''s'");
        let long = "å".repeat(200);
        let cut = string(&long, 120);
        assert!(cut.len() <= 122 && cut.ends_with("…'"), "{cut}");
    }
}
