//! Words that hunters say to each other, where a customer would read them.

use super::passages::{Origin, Passage};
use super::phrases::Phrases;
use super::{Found, Said};
use regex::{Regex, RegexSet};
use std::sync::LazyLock;

/// What may stand before the first word of a line.
const START: &str = r"^[\x20\t<>#*_\-+\[\](:|!0-9.]*";

/// The part of a report that is meant.
const PART: &str = r"(?:(?:this|the|these|that) )?(?:report|notebook|section|cell|cells|note|notes|paragraph|part|text|page|table|lines?|comments?)";

const CUSTOMER: &str = r"(?:the |our |any |this )?(?:customer|client)s?";

/// The shapes; case does not count, and a blank is any blank. `{S}` is [`START`], `{P}` is [`PART`], `{C}` is [`CUSTOMER`].
const SHAPES: [&str; 37] = [
    // To whom it is said.
    r"{S}(?:analyst|hunter|investigator|reviewer)s?(?:['’]s?)?[\x20-](?:note|guidance|instruction|comment|hint|reminder|tip)s?[\x20\t]*(?:[:：–—)\]*_.-]|$)",
    r"\b(?:analyst|hunter)(?:['’]s)? note\b",
    r"\b(?:analyst|hunter)s?(?:['’]s?)? (?:guidance|instructions?|hints?|reminder)\b",
    r"\b(?:note|notes|reminder|message|hint) (?:to|for) (?:the |our |other |fellow )?(?:analyst|hunter|self|myself|reviewer|team|colleague|soc|lead)s?\b",
    r"{S}(?:for|to) (?:the |our )?(?:analyst|hunter)s?(?: only)?[*_\x20\t]*[:：–—]",
    r"\b(?:analyst|hunter|soc)s?[\x20-](?:eyes )?only\b",
    r"\b(?:guidance|instructions?|reminders?) (?:for|to) (?:the )?(?:analyst|hunter)s?\b",
    r"{S}(?:analyst|hunter)s?[*_]*: (?:please |first |then )?(?:check|verify|sort|look|compare|run|ask|use|stop|do|don['’]?t|make|see|note|fill|remember|adjust)\b",
    r"\b(?:analyst|hunter)s? (?:should|must|ha(?:s|ve) to|needs? to) (?:adjust|tune|edit|fill(?: in| out)?|re-?run|run|replace|paste|modify|rewrite|complete) (?:{P}\b|(?:this|the) (?:placeholders?|parameters?|thresholds?)\b)",
    r"{S}(?:(?:analyst|hunter|internal|hunting) )?guidance[\x20\t]*(?:[:：*_)\]]|$)",
    r"\b(?:if you are|as) the hunter\b",
    // What it is.
    r"\binternal (?:use )?only\b",
    r"\b(?:for|strictly|kept|keep (?:this |it )?|company) internal\b(?: (?:use|eyes|reference|review|discussion|purposes))?[\x20\t]*(?:[:.;,)\]*_!–—-]|$|only)",
    r"{S}(?:strictly |only )?for internal (?:use|eyes|reference|review|discussion)\b",
    r"\b(?:this|the) (?:report|notebook|section|cell|note|paragraph|table|part) (?:is|stays|remains)(?: meant| intended| strictly| only)? for internal (?:use|eyes|reference|review|discussion)\b",
    r"\bfor our internal (?:team|analysts|hunters|soc)\b",
    r"\{[a-z]+\} internal[\x20\t]*$",
    r"\binternal[\x20-](?:note|comment|guidance|reminder|memo|remark|instruction)s?\b",
    r"{S}internal[*_]*[\x20\t]*[:：]",
    r"[\[(]internal[\])]",
    r"{S}(?-i:INTERNAL|WIP|DRAFT)[*_]*(?:[\x20\t]*(?:[–—)\]*!]|-[\x20\t]|$))",
    r"\bnur f(?:ü|ue)r (?:den )?internen? gebrauch\b|\binterner? (?:notiz|anmerkung|hinweis)\b|\bnicht an (?:den |die )?kunden? (?:weiter|geben|senden|schicken)",
    r"\bnot (?:intended |meant )?for (?:{C}|external (?:use|eyes|distribution|release))\b",
    r"\b(?:off the record|just between us|between you and me)\b",
    // What must not be done with it.
    r"\b(?:do not|don['’]?t|never|must not|should not) (?:send|share|forward|show|give|publish|release|disclose|deliver|export|include|copy|paste|reveal|mention)(?: (?:this|it|these|that|them|any of this|{P}))? (?:to|with|in) (?:{C}|(?:the |this )?report|anyone outside|the outside)\b",
    r"\b(?:do not|don['’]?t|never) (?:send|share|forward|publish|release|deliver|ship|export) (?:this\b|{P}\b|outside|externally)",
    r"\b(?:do not|don['’]?t) (?:send|share|forward|publish|release|deliver)[\x20\t]*(?:[.!:;)\]*_]|$|yet\b|until\b|out\b)",
    r"(?-i:\b(?:DO NOT|DON'T|NEVER) (?:SEND|SHARE|FORWARD|PUBLISH|RELEASE|DISTRIBUTE|SHIP))\b",
    r"\b(?:do not|don['’]?t|never) (?:tell|inform|show|email|mention (?:this|it) to|let) {C}\b",
    r"\b(?:remove|delete|strip|drop|cut|take out)(?: (?:this|these|me|it|all of this|the following|{P}))? before (?:you )?(?:send|sharing|share|sending|deliver|publish|export|releas|hand|it goes|this goes|the report|(?:the )?customer|(?:the )?client|submi)",
    r"\bbefore (?:sending|sharing|delivering|handing|showing)(?: (?:this|it|the (?:report|notebook)))?(?: over| out)? (?:to|with) {C}\b",
    r"\bthe customer (?:(?:must|should|shall|may|need)(?: not|n['’]t)(?: need to| have to)?|do(?:es)?(?: not|n['’]t) (?:need|have) to) (?:see|know|read|get|receive|hear|find out|be (?:told|shown|informed))\b",
    r"\b(?:hide|hidden|keep|kept|withhold|withheld|conceal)(?: (?:this|it|these|that))?(?: away| secret)? from {C}\b",
    r"\b(?:this|the following) (?:cell|section|text|paragraph|part|page|note|table) (?:is|stays|must stay|should stay|remains|must be|should be|will be) (?:only )?(?:internal|removed|deleted|for (?:the )?(?:analyst|hunter|team|us)s?\b|not for)",
    r"\b(?:this|it) (?:must|should) (?:not|never) (?:appear|be|reach|go|end up)[^.\n]{0,30}\b(?:report|customer|client)\b",
    r"\bbefore (?:this|(?:this|the) (?:report|notebook)) (?:goes out|(?:is|gets) (?:sent|shipped|delivered|exported))\b",
    r"\b(?:re-?run|run|execute) (?:this|the) (?:cell|notebook)s?\b",
];

/// The shapes, each on its own, and all at once to see which are worth a look.
static COMPILED: LazyLock<Option<(RegexSet, Vec<Regex>)>> = LazyLock::new(|| {
    let written: Vec<String> = SHAPES
        .iter()
        .map(|shape| {
            let shape = shape.replace("{S}", START).replace("{P}", PART).replace("{C}", CUSTOMER);
            // A line may break wherever a blank is.
            let shape = shape.replace(' ', r"[\x20\t]*[\x20\n][\x20\t>]*");
            format!("(?im){shape}")
        })
        .collect();
    let each = written.iter().map(|shape| Regex::new(shape)).collect::<Result<_, _>>().ok()?;
    Some((RegexSet::new(&written).ok()?, each))
});

pub(super) fn check(passage: &Passage, words: &Phrases, found: &mut Found<'_>) {
    for view in &passage.views {
        for hit in words.find(view) {
            let said = Said {
                code: "team-word",
                message: "this is a word that the team keeps to itself",
                help: "say it in other words, or tag the cell `remove_cell`",
            };
            found.of_passage(passage, view, hit.range.start, said);
        }
        let told_by_people = match passage.origin {
            Origin::Prose | Origin::Authored => false,
            // Telemetry may say anything; what begins a line of what is printed was written by somebody.
            Origin::Printed => true,
            Origin::Result | Origin::Complained | Origin::Failed | Origin::Picture => continue,
        };
        let Some((set, each)) = COMPILED.as_ref() else { return };
        for shape in set.matches(view).into_iter().filter_map(|at| each.get(at)) {
            for hit in shape.find_iter(view) {
                let start = hit.start() + leading(hit.as_str());
                let line = view[..start].rfind('\n').map_or(0, |end| end + 1);
                if told_by_people && view[line..start].chars().any(char::is_alphanumeric) {
                    continue;
                }
                let said = Said {
                    code: "guidance",
                    message: "this reads like a word among hunters",
                    help: "say it for the customer, or tag the cell `remove_cell`",
                };
                found.of_passage(passage, view, start, said);
            }
        }
    }
}

/// How many bytes stand before the first word of a match.
fn leading(text: &str) -> usize {
    text.find(char::is_alphabetic).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(text: &str) -> bool {
        let (set, _) = COMPILED.as_ref().expect("every shape is a regular expression");
        set.is_match(text)
    }

    #[test]
    fn what_hunters_say_to_each_other_is_told() {
        for text in [
            "Analyst note: check the proxy first.",
            "## Analyst notes\n",
            "**Hunter guidance:** x",
            "Internal only",
            "INTERNAL USE ONLY",
            "Do not send this section to the customer.",
            "DO NOT SEND",
            "do not\nsend to customer",
            "Don't share with the client",
            "Remove before sending",
            "delete this cell before the report goes out",
            "The customer must not know of this.",
            "Note to self: ask",
            "For the analyst: run it twice",
            "> internal: x",
            "Run this cell again.",
            "not for customers",
            "Guidance\n",
            "Keep this from the customer",
            "This cell is for the hunter",
            "[internal]",
            "for internal use",
            "Don't tell the customer",
            "analysts only",
            "This section is for internal use.",
            "Hunter: check the baseline first",
            "- [ ] hunter: verify the hosts",
            "The analyst should adjust the threshold here.",
            "Instructions for the analyst",
            "DRAFT - not reviewed",
            "Please review before this goes out.",
            "Nur für den internen Gebrauch",
            "```{admonition} Internal\n",
        ] {
            assert!(stops(text), "{text}");
        }
    }

    #[test]
    fn what_anybody_says_is_not() {
        for text in [
            "Note that our analysts note every logon.",
            "The analysts looked at 40 hosts.",
            "Internal hosts were seen to talk to 10.0.0.4.",
            "# Internal network",
            "an internal-only service",
            "Do not send passwords by mail.",
            "Do not share accounts.",
            "Clients do not receive updates.",
            "Remove the account before it is used again.",
            "Remove the message before delivery.",
            "Guidance of the vendor says so.",
            "We ran the query on every host.",
            "For analysts of malware this is known.",
            "The client should not know the key of the server.",
            "customers were informed",
            "The analyst notes that nothing was found.",
            "It is not for us to judge.",
            "Do not include personal data in tickets.",
            "No tool ran that the customer does not know.",
            "Services for internal use must not be reachable.",
            "Analyst: Jane Doe",
            "INTERNAL-DC01  10.0.0.4",
            "Diese Dienste sind nur für interne Netze erreichbar.",
            "Your analysts should review these rules.",
            "Analysts should run a full scan of wk-4.",
            "The SOC analyst must replace the rule.",
            "Drafts are synchronised before mail is sent.",
            "Delete the rule before it leaves the quarantine? No.",
        ] {
            assert!(!stops(text), "{text}");
        }
    }
}
