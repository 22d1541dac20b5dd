//! `labels.do`, for Stata 14 or newer. Missing codes become `.a` to `.d`, which Stata leaves out of its sums.

use super::super::columns::Column;

/// Stata's limit for what a variable is called, in characters.
const LABEL: usize = 80;

/// A string of Stata: in compound quotes, without what would end it or be taken for a macro.
fn string(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '"' | '`' => '\'',
        // A macro begins with it.
        '$' => '＄',
        c if c.is_control() => ' ',
        c => c,
    });
    format!("`\"{}\"'", plain.collect::<String>())
}

/// What a variable is called, within Stata's limit. Of the options of one question the question is cut, since the option
/// tells one from another.
fn called(label: &str, option: &str) -> String {
    let ending: String = if option.is_empty() { String::new() } else { ["…: ", option].concat() };
    let room = LABEL.saturating_sub(ending.chars().count());
    if label.chars().count() <= LABEL || ending.is_empty() || room == 0 {
        return label.chars().take(LABEL).collect();
    }
    let question: String = label.chars().take(room).collect();
    [question.trim_end(), &ending].concat()
}

/// Stata's own missing value for a code.
fn missing(number: i64) -> String {
    let letter = match number {
        -1 => "a",
        -2 => "b",
        -3 => "c",
        _ => "d",
    };
    [".", letter].concat()
}

/// `1 3/5`: the places of some columns, from 1.
fn places(columns: &[Column], wanted: impl Fn(&Column) -> bool) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (place, column) in (1..).zip(columns) {
        match runs.last_mut() {
            _ if !wanted(column) => {}
            Some((_, last)) if last.saturating_add(1) == place => *last = place,
            _ => runs.push((place, place)),
        }
    }
    let run =
        |(first, last): &(usize, usize)| if first == last { first.to_string() } else { format!("{first}/{last}") };
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

pub(in super::super) fn syntax(columns: &[Column]) -> String {
    let mut lines = vec![
        "* Reads wide.csv and labels it. Run it in the folder of the tables (cd).".to_owned(),
        "version 14".to_owned(),
        "clear".to_owned(),
        "import delimited using \"wide.csv\", delimiters(\",\") varnames(1) case(preserve) encoding(\"UTF-8\") ///"
            .to_owned(),
        format!("    bindquote(strict) stringcols({}) ///", places(columns, |column| column.text)),
        format!("    numericcols({})", places(columns, |column| !column.text)),
    ];
    for column in columns {
        lines.push(format!("label variable {} {}", column.name, string(&called(&column.label, &column.option))));
    }
    for column in columns.iter().filter(|column| !column.text) {
        let name = &column.name;
        if !column.missing.is_empty() {
            let codes = column.missing.iter().map(|(number, _)| format!("{number}={}", missing(*number)));
            lines.push(format!("mvdecode {name}, mv({})", codes.collect::<Vec<_>>().join(" \\ ")));
        }
        let labels = column.labels.iter().map(|(number, label)| (number.to_string(), label));
        let labels: Vec<_> =
            labels.chain(column.missing.iter().map(|(number, label)| (missing(*number), label))).collect();
        for (place, (value, label)) in labels.iter().enumerate() {
            let modify = if place == 0 { "" } else { ", modify" };
            lines.push(format!("label define {name} {value} {}{modify}", string(label)));
        }
        if !labels.is_empty() {
            lines.push(format!("label values {name} {name}"));
        }
    }
    for column in columns.iter().filter(|column| column.text && !column.missing.is_empty()) {
        for (number, label) in &column.missing {
            lines.push(format!("notes {}: \"{number}\" means {label}", column.name));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_macro_or_ends_its_string() {
        assert_eq!(string("a \"b\"' `c' $d"), "`\"a 'b'' 'c' ＄d\"'");
    }
}
