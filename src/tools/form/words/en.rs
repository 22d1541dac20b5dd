//! The phrases in English.

use super::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
    paper: "Form on paper",
    how: "Use a blue or black pen. Tick the boxes, and write numbers and words on the lines. If you tick \
        the wrong box, fill it in completely and tick the right one. You may skip questions that you do not \
        want to answer.",
    code: "Participant number (filled in by the study)",
    responsible: "Responsible for the study",
    ask: "Questions about the study",
    part: "Part",
    contact_apart: "This sheet will be separated from your answers and kept by itself.",
    question: "question",
    answer: "Answer",
    answer_this: "Answer",
    applies: "Applies",
    only_if: "only if",
    skip: "Skip",
    this_question: "this question",
    this_part: "this",
    questions: "questions",
    if_so: "if",
    one_of: "at least one of questions",
    rank: |most| match most {
        1 => "Write 1 before the one that you choose.".to_owned(),
        2 => "Write 1 before the one that you put first, and 2 before the next.".to_owned(),
        _ => format!(
            "Write 1 before the one that you put first, 2 before the next and so on, up to {most}. You need \
             not use all the numbers."
        ),
    },
    rank_among: "Where a question stands in brackets, choose the answer only if that question was for you.",
    edition: "Form",
    no_receipt: "On paper you get no receipt. Copy the participant number and keep it: where you are asked to \
        quote the reference on your receipt, quote the participant number.",
    rows_only_if: "Answer only the lines where",
    in_brackets: "the question in brackets",
    rows_ticked: "Answer only the lines that you ticked in the question in brackets.",
    go_to: "go to question",
    go_to_end: "go to the end of the form",
    several: "You may tick several.",
    number: "Write a number",
    mark: "Make a mark on the line, and write the number in the box.",
    demonstration: "Demonstration: the wording has not been validated.",
    date: "Date",
};
