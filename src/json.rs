//! Parsed JSON, whoever parsed it: natively serde_json, in the browser the browser's own parser, which costs no bytes.

/// A JSON value.
pub trait Json: Sized {
    /// Parses a whole document.
    fn parse(bytes: &[u8]) -> Option<Self>;
    /// The member `name` of an object.
    fn get(&self, name: &str) -> Option<Self>;
    /// The text of a string.
    fn text(&self) -> Option<String>;
    /// A whole number that is not negative.
    fn whole(&self) -> Option<u64>;
    /// The entries of a list; none for anything else.
    fn entries(&self) -> Vec<Self>;
}

impl Json for serde_json::Value {
    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn get(&self, name: &str) -> Option<Self> {
        self.as_object()?.get(name).cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn whole(&self) -> Option<u64> {
        self.as_u64()
    }

    fn entries(&self) -> Vec<Self> {
        self.as_array().cloned().unwrap_or_default()
    }
}

/// Writes a string as JSON.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => {
                out.push_str("\\u00");
                for half in [c as u32 >> 4, c as u32 & 0xf] {
                    out.extend(char::from_digit(half, 16));
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_text_survives() {
        let all: String =
            (0..0x250).chain(0x1f600..0x1f610).chain([0x2028, 0xfeff]).filter_map(char::from_u32).collect();
        let mut written = String::new();
        super::write_text(&all, &mut written);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), all);
    }
}
