//! One style sheet out of many.

use std::path::Path;

use crate::project::{self, Outcome};

/// What lies around the widget, each with a sheet that comes before all others, and that the other has no use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// A page of its own.
    Page,
    /// An element of somebody else's page.
    Element,
}

impl Around {
    const SHEETS: [&str; 2] = ["page-shell.css", "element-shell.css"];

    fn sheet(self) -> &'static str {
        let [page, element] = Around::SHEETS;
        if self == Around::Page { page } else { element }
    }
}

/// These come next, in this order: what the others build on and refine. The rest follow by name.
const FIRST: [&str; 4] = ["tokens.css", "base.css", "header.css", "page.css"];

/// All sheets of a folder as one, without comments and needless white space.
///
/// # Errors
/// A sheet cannot be read, or one that must come first is missing.
pub(crate) fn sheet(folder: &Path, around: Around) -> Outcome<String> {
    let first = [around.sheet()].into_iter().chain(FIRST);
    let mut paths: Vec<_> = first.map(|name| folder.join(name)).collect();
    let rest = project::entries(folder)?.into_iter().filter(|path| path.extension().is_some_and(|is| is == "css"));
    let shells = Around::SHEETS.map(|name| folder.join(name));
    let rest: Vec<_> = rest.filter(|path| !paths.contains(path) && !shells.contains(path)).collect();
    paths.extend(rest);
    let mut sheet = String::new();
    for path in paths {
        sheet.push_str(&slim(&project::read_text(&path)?));
        sheet.push('\n');
    }
    Ok(sheet)
}

/// Without comments; runs of white space as one space, and none beside braces and after semicolons, where it cannot
/// mean anything. The space of an empty custom property (`--on: ;`) stays: older browsers need it.
fn slim(css: &str) -> String {
    let mut slim = String::with_capacity(css.len());
    let mut rest = css.chars().peekable();
    let mut space = false;
    while let Some(c) = rest.next() {
        if c == '/' && rest.peek() == Some(&'*') {
            rest.next();
            let mut last = ' ';
            while let Some(c) = rest.next_if(|next| last != '*' || *next != '/') {
                last = c;
            }
            rest.next();
            space = true;
        } else if c.is_ascii_whitespace() {
            space = true;
        } else {
            if space && !matches!(c, '{' | '}') && !slim.is_empty() && !slim.ends_with(['{', '}', ';']) {
                slim.push(' ');
            }
            space = false;
            slim.push(c);
            if matches!(c, '"' | '\'') {
                let mut escaped = false;
                for inner in rest.by_ref() {
                    slim.push(inner);
                    if inner == c && !escaped {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
            }
        }
    }
    slim
}

#[cfg(test)]
mod tests {
    use super::slim;

    #[test]
    fn meaning_stays() {
        for (css, expected) in [
            ("/* a */\n.b  .c {\n  color: red;\n}\n", ".b .c{color: red;}"),
            ("a :hover, b:hover{--on: ;--off:initial}", "a :hover, b:hover{--on: ;--off:initial}"),
            (r#"a::before { content: "/* } \"  "; }"#, r#"a::before{content: "/* } \"  ";}"#),
            ("a { content: '\\\\'; /* x */ }", "a{content: '\\\\';}"),
            ("@media (width < 30em) {\n  a { b: calc(1px + 2px) }\n}", "@media (width < 30em){a{b: calc(1px + 2px)}}"),
            ("/***/a{}/* open", "a{}"),
        ] {
            assert_eq!(slim(css), expected, "{css}");
        }
    }
}
