//! The functions of the subset, by name, with how many arguments each takes.

use serde::{Deserialize, Serialize};

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:literal;)*) => {
        /// A function of the subset.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(super) enum Function { $($variant,)* }

        impl Function {
            /// All, by name.
            pub(super) const ALL: &[(&str, Function)] = &[$(($name, Function::$variant),)*];

            /// The fewest and the most arguments it takes.
            pub(super) fn arguments(self) -> (usize, usize) {
                match self { $(Function::$variant => ($least, $most),)* }
            }
        }
    };
}

functions! {
    Empty "empty" 0 0; Exists "exists" 0 1; All "all" 1 1; Not "not" 0 0; Count "count" 0 0;
    AllTrue "allTrue" 0 0; AnyTrue "anyTrue" 0 0; AllFalse "allFalse" 0 0; AnyFalse "anyFalse" 0 0;
    SubsetOf "subsetOf" 1 1; SupersetOf "supersetOf" 1 1; Distinct "distinct" 0 0; IsDistinct "isDistinct" 0 0;
    Where "where" 1 1; Select "select" 1 1; Repeat "repeat" 1 1; Aggregate "aggregate" 1 2;
    Single "single" 0 0; First "first" 0 0; Last "last" 0 0; Tail "tail" 0 0; Skip "skip" 1 1; Take "take" 1 1;
    Union "union" 1 1; Combine "combine" 1 1; Intersect "intersect" 1 1; Exclude "exclude" 1 1;
    Sum "sum" 0 0; Min "min" 0 0; Max "max" 0 0; Avg "avg" 0 0;
    Iif "iif" 2 3; Coalesce "coalesce" 1 16; Trace "trace" 1 2;
    ToBoolean "toBoolean" 0 0; ToInteger "toInteger" 0 0; ToDecimal "toDecimal" 0 0; ToText "toString" 0 0;
    ToDate "toDate" 0 0; ToDateTime "toDateTime" 0 0; ToTime "toTime" 0 0;
    ConvertsToBoolean "convertsToBoolean" 0 0; ConvertsToInteger "convertsToInteger" 0 0;
    ConvertsToDecimal "convertsToDecimal" 0 0; ConvertsToText "convertsToString" 0 0;
    ConvertsToDate "convertsToDate" 0 0; ConvertsToDateTime "convertsToDateTime" 0 0; ConvertsToTime "convertsToTime" 0 0;
    IndexOf "indexOf" 1 1; LastIndexOf "lastIndexOf" 1 1; Substring "substring" 1 2; StartsWith "startsWith" 1 1; EndsWith "endsWith" 1 1;
    Contains "contains" 1 1; Upper "upper" 0 0; Lower "lower" 0 0; Replace "replace" 2 2; Length "length" 0 0;
    ToChars "toChars" 0 0; Join "join" 0 1; Split "split" 1 1; Trim "trim" 0 0;
    Abs "abs" 0 0; Ceiling "ceiling" 0 0; Floor "floor" 0 0; Round "round" 0 1; Sqrt "sqrt" 0 0;
    Truncate "truncate" 0 0; Power "power" 1 1;
    Now "now" 0 0; Today "today" 0 0; TimeOfDay "timeOfDay" 0 0;
    Children "children" 0 0; Descendants "descendants" 0 0; Extension "extension" 1 1; HasValue "hasValue" 0 0;
    Ordinal "ordinal" 0 0; Weight "weight" 0 0;
}

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Function> {
        Function::ALL.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_documentation_lists_every_function_and_no_other() {
        let page = include_str!("../../docs/expressions.md");
        let (_, section) = page.split_once("## Functions").unwrap();
        let (section, _) = section.split_once("`sum` and `avg` of nothing").unwrap();
        let plain = |word: &&str| !word.is_empty() && word.chars().all(char::is_alphanumeric);
        let written: Vec<&str> = section.split('`').skip(1).step_by(2).filter(plain).collect();
        // These are read as functions and are operators.
        let typed = ["ofType", "is", "as"];
        let known: BTreeSet<&str> = Function::ALL.iter().map(|(name, _)| *name).chain(typed).collect();
        let scored = ["ordinalValue", "itemWeight"];
        let written: BTreeSet<&str> = written.into_iter().filter(|word| !scored.contains(word)).collect();
        assert_eq!(written, known);
    }
}
