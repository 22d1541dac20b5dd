//! `README.txt`: what lies in the folder, for whoever finds it.

use super::Permission;
use crate::{
    tools::{
        codebook::{Dictionary, Missing, Type, variables::MISSING},
        open::Summary,
    },
    words::Tongue,
};

const RANKED: &str = "\n\
    Where options were put in order, each is a variable that holds its place: 1 is first, 0 was not chosen, -1 could\n\
    not be chosen.\n";

pub(super) fn readme(dictionary: &Dictionary, summary: &Summary, only_if: Option<&Permission>) -> String {
    let line = |missing: Missing| format!("  {}  {}", missing as i64, missing.words(Tongue::English));
    let missing: Vec<String> = MISSING.into_iter().map(line).collect();
    let scores: Vec<String> = dictionary
        .score_names()
        .iter()
        .map(|found| {
            let score = &found.score;
            format!("  {}: {}; {}. Source of the rule: {}", score.name, score.title, score.rule.words(), score.source)
        })
        .collect();
    let scores = if scores.is_empty() { "  none".to_owned() } else { scores.join("\n") };
    let only = only_if.map(|permission| format!("Only people whose last answer that counts is {permission}.\n"));
    format!(
        "Study {study}, waves {waves}\n\
         {summary}.\n\
         {only}\
         \n\
         These are personal data: answers about health under a pseudonym. Keep them where the study's permissions\n\
         say.\n\
         \n\
         long.csv         one row for each question shown to each person: value, code of the option, label\n\
         wide.csv         one row for each person; columns are VARIABLE_WAVE\n\
         submissions.csv  every submission that could be used; in_tables is 1 for those in the tables\n\
         refused.csv      what could not be used, with the reason\n\
         withdrawn.csv    ids of submissions of persons who withdrew; nothing else of them is here\n\
         labels.R, labels.do, labels.sps   read wide.csv and label it in R, Stata and SPSS\n\
         \n\
         UTF-8, commas, decimal point. A text that begins with = + - or @ has an apostrophe before it; line breaks\n\
         in texts are spaces. Of several submissions of one person to one part the last received counts, and\n\
         repeated_WAVE is 1.\n{ranked}\
         \n\
         Codes where there is no answer:\n{missing}\n\
         An empty cell: the person has not sent that part; or a score could not be made; or answers may be below\n\
         zero, so that no code could be told from an answer. In long.csv what was not shown has no row.\n\
         \n\
         Scores (made again from the answers at every export; the respondent never sees them):\n{scores}\n\
         \n\
         `svar codebook` says what each variable asks.\n",
        only = only.unwrap_or_default(),
        study = dictionary.study,
        waves = dictionary.waves.join(", "),
        missing = missing.join("\n"),
        ranked = if dictionary.variables.iter().any(|variable| variable.of == Type::Rank) { RANKED } else { "" },
    )
}
