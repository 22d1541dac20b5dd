//! `labels.R`, for R without packages. The attributes are those that `haven` and `labelled` know.

use super::super::columns::Column;

/// A string of R.
fn string(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '\\' => "\\\\".to_owned(),
        '"' => "\\\"".to_owned(),
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// A named vector of numbers.
fn vector(labels: &[(i64, String)]) -> String {
    let entries = labels.iter().map(|(number, label)| format!("{} = {number}", string(label)));
    format!("c({})", entries.collect::<Vec<_>>().join(", "))
}

pub(in super::super) fn syntax(columns: &[Column]) -> String {
    let mut lines = vec![
        "# Reads wide.csv and long.csv, and labels the first. Run it in the folder of the tables (setwd).".to_owned(),
        "# `wide` has NA where there is no answer; `wide_codes` says by its codes why.".to_owned(),
        "wide_codes <- read.csv(\"wide.csv\", encoding = \"UTF-8\", na.strings = \"\", colClasses = c(".to_owned(),
    ];
    let classes = columns
        .iter()
        .map(|column| format!("  {} = \"{}\"", column.name, if column.text { "character" } else { "numeric" }));
    lines.push(classes.collect::<Vec<_>>().join(",\n"));
    lines.push("))".to_owned());
    lines.push(
        "long <- read.csv(\"long.csv\", encoding = \"UTF-8\", na.strings = \"\", colClasses = \"character\")"
            .to_owned(),
    );
    for column in columns {
        let name = &column.name;
        lines.push(format!("attr(wide_codes${name}, \"label\") <- {}", string(&column.label)));
        let labels = [column.labels.as_slice(), column.missing.as_slice()].concat();
        if !column.text && !labels.is_empty() {
            lines.push(format!("attr(wide_codes${name}, \"labels\") <- {}", vector(&labels)));
        }
    }
    lines.push("wide <- wide_codes".to_owned());
    for column in columns.iter().filter(|column| !column.missing.is_empty()) {
        let quote = |number: &i64| if column.text { format!("\"{number}\"") } else { number.to_string() };
        let codes = column.missing.iter().map(|(number, _)| quote(number)).collect::<Vec<_>>().join(", ");
        let name = &column.name;
        lines.push(format!("wide${name}[wide${name} %in% c({codes})] <- NA"));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_they_should() {
        assert_eq!(string("a \"b\" \\ c\nd"), r#""a \"b\" \\ c d""#);
    }
}
