//! English.

use super::{Draft, Language};

pub(super) const ENGLISH: Language = Language {
    unit: Draft {
        subject: "Will you answer a questionnaire from the study “{{title}}”?",
        body: "\
Hello

{{why}}

We hope you will answer a questionnaire. It takes about {{minutes}}.

Open it here:
{{link}}

The last day to answer is {{last_day}}.

If the link does not work, go to {{address}} and type in the code {{code}}.

Answering is voluntary. You can skip questions and stop whenever you like. Before you begin, \
the page says who gets to see the answers.

If you change your mind, you can withdraw at any time. Write to {{contact_email}} and quote the reference on your \
receipt. You do not have to say why.

Any questions? Write to {{contact_email}} or call {{contact_phone}} ({{contact}}).

Kind regards
{{responsible}}
",
    },
    unit_reminder: Draft {
        subject: "Reminder: questionnaire from the study “{{title}}”",
        body: "\
Hello

Some time ago you were given a link to a questionnaire from us. Everyone who was given this link gets the \
reminder, because we do not know who has answered. If you already have, you can ignore it. Thank you for your help!

If you have not answered yet, you can do so until the end of {{last_day}}. It takes about {{minutes}}.

Open it here:
{{link}}

If the link does not work, go to {{address}} and type in the code {{code}}.

{{why}}

Answering is voluntary. You can skip questions and stop whenever you like. Before you begin, \
the page says who gets to see the answers.

If you change your mind, you can withdraw at any time. Write to {{contact_email}} and quote the reference on your \
receipt. You do not have to say why.

Any questions? Write to {{contact_email}} or call {{contact_phone}} ({{contact}}).

Kind regards
{{responsible}}
",
    },
    person: Draft {
        subject: "A new questionnaire from the study “{{title}}”",
        body: "\
Hello

{{why}}

{{asks}} It takes about {{minutes}}.

Open it here:
{{link}}

The last day to answer is {{last_day}}.

If the link does not work, go to {{address}} and type in the code {{code}}.

The link and the code are for you alone. Please do not pass them on.

Answering is voluntary. You can skip questions and stop whenever you like. Before you begin, \
the page says who gets to see the answers.

If you change your mind, you can withdraw from the study at any time. Write to {{contact_email}}. You do not have to \
say why.{{no_more}}

Any questions? Write to {{contact_email}} or call {{contact_phone}} ({{contact}}).

Kind regards
{{responsible}}
",
    },
    person_reminder: Draft {
        subject: "Reminder: questionnaire from the study “{{title}}”",
        body: "\
Hello

Some time ago we sent you a questionnaire. If you have already answered, you can ignore this reminder. Thank you for \
your help!

If you have not answered yet, you can do so until the end of {{last_day}}. It takes about {{minutes}}.

Open it here:
{{link}}

If the link does not work, go to {{address}} and type in the code {{code}}.

The link and the code are for you alone. Please do not pass them on.

{{why}}

Answering is voluntary. You can skip questions and stop whenever you like. Before you begin, \
the page says who gets to see the answers.

If you change your mind, you can withdraw from the study at any time. Write to {{contact_email}}. You do not have to \
say why.{{no_more}}

Any questions? Write to {{contact_email}} or call {{contact_phone}} ({{contact}}).

Kind regards
{{responsible}}
",
    },
    asks: ["We hope you will answer a questionnaire.", "We now have a new questionnaire for you."],
    no_more: " You will then hear no more from us.",
    minutes: ["minute", "minutes"],
    after_the_day: "",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};
