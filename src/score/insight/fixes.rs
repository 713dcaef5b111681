//! What to mend first. Takes a card; gives at most three things, by the points of the score that mending each would win. A criterion
//! that does not count, or whose time is too vague to tell, is nothing to mend: what was not proven was not lost. What a cap costs
//! is a thing of its own.

use super::super::card::{Cap, CapKind, Card, Criterion, Outcome};
use super::super::verdict::rounded;
use super::{Fix, coaching, coaching_of_cap};

/// How many things a person can mend at once.
const MOST: usize = 3;
/// What is not worth naming, in points of the score.
const LEAST: f64 = 0.05;
/// The caps that say that nobody answered in person.
const SILENCE: [CapKind; 3] = [CapKind::Silent, CapKind::RobotOnly, CapKind::MarketingOnly];

/// The first things to mend, the most worthwhile first; equal ones in the rubric's order, caps before.
pub(super) fn of(card: &Card) -> Vec<Fix> {
    let (Some(points), Some(out_of)) = (card.points, card.out_of.filter(|of| *of > 0.0)) else { return Vec::new() };
    let earned = 100.0 * points / out_of;
    let caps = card.caps.iter().filter_map(|cap| lift(card, cap, earned));
    let criteria = card.criteria.iter().filter_map(|line| mend(card, line, earned, out_of));
    let mut fixes: Vec<Fix> = caps.chain(criteria).collect();
    // Stable, so that equal ones stay in order.
    fixes.sort_by(|a, b| b.gain.unwrap_or(f64::MAX).total_cmp(&a.gain.unwrap_or(f64::MAX)));
    fixes.truncate(MOST);
    for fix in &mut fixes {
        fix.gain = fix.gain.map(|gain| rounded(gain, 10.0));
    }
    fixes
}

/// What lifting a cap would win, all others staying.
fn lift(card: &Card, cap: &Cap, earned: f64) -> Option<Fix> {
    let silence = SILENCE.contains(&cap.kind);
    let others = lowest(card, |kind| kind == cap.kind).unwrap_or(100.0);
    let gain = rounded(earned.min(others) - cap.cap, 1e4);
    let coaching = coaching_of_cap(cap.kind)?;
    (silence || gain >= LEAST).then(|| Fix {
        id: cap.kind.id().to_owned(),
        title: &coaching.title,
        lost: None,
        gain: (!silence).then_some(gain),
        cap: Some(cap.cap),
        held_by: None,
        why: cap.why.clone(),
        touches: Vec::new(),
        coaching,
    })
}

/// What full marks in a criterion would win.
fn mend(card: &Card, line: &Criterion, earned: f64, out_of: f64) -> Option<Fix> {
    if !line.counted || line.result == Outcome::Indeterminate {
        return None;
    }
    let lost = rounded(line.of - line.points, 1e4);
    let gain = rounded(100.0 * lost / out_of, 1e4);
    let coaching = coaching(&line.id)?;
    (gain >= LEAST).then(|| Fix {
        id: line.id.clone().into_owned(),
        title: &coaching.title,
        lost: Some(lost),
        gain: Some(gain),
        cap: None,
        held_by: lowest(card, |kind| lifts(&line.id, kind)).filter(|cap| earned + gain > cap + LEAST),
        why: line.why.clone().into_owned(),
        touches: line.touches.clone(),
        coaching,
    })
}

/// The lowest cap besides those that are lifted.
fn lowest(card: &Card, lifted: impl Fn(CapKind) -> bool) -> Option<f64> {
    card.caps.iter().filter(|cap| !lifted(cap.kind)).map(|cap| cap.cap).min_by(f64::total_cmp)
}

/// Whether full marks in a criterion cannot be had without lifting the cap too.
fn lifts(criterion: &str, cap: CapKind) -> bool {
    match cap {
        CapKind::NoCall => matches!(criterion, "speed.call" | "channels.call" | "persist.calls"),
        CapKind::Unanswered => criterion == "answer.question",
        CapKind::Late => matches!(criterion, "speed.call" | "speed.personal_email" | "speed.any_personal"),
        CapKind::Silent | CapKind::RobotOnly | CapKind::MarketingOnly => !matches!(criterion, "speed.acknowledgement" | "respect.opt_out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::cases::Case;

    const DAY: i64 = 86_400;

    fn told(case: &Case) -> Vec<(String, Option<f64>)> {
        of(&case.card()).into_iter().map(|fix| (fix.id, fix.gain)).collect()
    }

    fn answered(case: Case) -> Case {
        case.labels(
            r#"{"question":"yes","name_used":true,"community_named":true,"sender_name":"Amy","direct_phone":"+15125550100",
            "placement":"inbox","appointment":"specific","reason_or_discovery":true,"video":"https://v.example/1","faults":[]}"#,
        )
    }

    /// Everything but calls: the phone was given and nobody called.
    fn all_but_calls() -> Case {
        let mails = [60, 3 * DAY, 9 * DAY, 15 * DAY, 23 * DAY].iter().fold(Case::new(), |case, at| answered(case.email(*at)));
        mails.touch("sms", "personal", 200)
    }

    #[test]
    fn what_a_cap_costs_is_a_fix_of_its_own() {
        let case = all_but_calls();
        let card = case.card();
        // 74 of 98 points are earned, and the cap takes what is above 69.
        assert_eq!(card.score, Some(69.0));
        let fixes = of(&card);
        assert_eq!(fixes.iter().map(|fix| fix.id.as_str()).collect::<Vec<_>>(), ["speed.call", "caps.no_call", "persist.calls"]);
        let [call, cap, _] = fixes.as_slice() else { panic!("{fixes:?}") };
        assert_eq!((call.lost, call.gain, call.held_by), (Some(16.0), Some(16.3), None), "whoever calls lifts the cap");
        assert_eq!((cap.cap, cap.lost), (Some(69.0), None));
        let earned = 100.0 * card.points.unwrap() / card.out_of.unwrap();
        assert!((cap.gain.unwrap() - (earned - 69.0)).abs() < 0.06, "{cap:?}");
        assert!(cap.why.contains("nobody called") && cap.title == "Call at all", "{cap:?}");
    }

    #[test]
    fn a_gain_that_another_cap_hides_says_so() {
        let late = answered(Case::new().email(2 * DAY)).call(2 * DAY + 60);
        let fixes = of(&late.card());
        let calls = fixes.iter().find(|fix| fix.id == "speed.call").unwrap();
        assert_eq!(calls.held_by, None, "a call within five minutes is an answer within a day");
        // 68 of 98 points are earned: with the invitation it would be 75.5, and the cap of 69 stays in the way.
        let uninvited = |case: Case| {
            let mut log = case.log();
            log.touches.iter_mut().for_each(|touch| touch.labels.appointment = Some(crate::classify::Appointment::None));
            crate::score::card(&log, &crate::score::Rubric::default_rubric()).unwrap()
        };
        let fixes = of(&uninvited(all_but_calls()));
        let appointment = fixes.iter().find(|fix| fix.id == "next.appointment").unwrap();
        assert_eq!((appointment.gain, appointment.held_by), (Some(6.1), Some(69.0)));
        let fixes = of(&uninvited(all_but_calls().call(100)));
        let appointment = fixes.iter().find(|fix| fix.id == "next.appointment").unwrap();
        assert_eq!((appointment.gain, appointment.held_by), (Some(6.1), None), "no cap is left");
    }

    #[test]
    fn silence_comes_first_and_has_no_price() {
        for (case, id) in [
            (Case::new(), "caps.silent"),
            (Case::new().touch("email", "auto_reply", 5), "caps.robot_only"),
            (Case::new().touch("email", "marketing", 5), "caps.marketing_only"),
        ] {
            let told = told(&case);
            assert_eq!(told.first(), Some(&(id.to_owned(), None)), "{told:?}");
            assert_eq!(told.get(1).map(|(id, _)| id.as_str()), Some("speed.call"), "{told:?}");
            assert_eq!(told.len(), 3);
        }
    }

    #[test]
    fn what_was_not_proven_was_not_lost() {
        let vague = answered(Case::new().email(60)).call(290).until(90_000);
        assert!(told(&vague).iter().all(|(id, _)| id != "speed.call"), "{:?}", told(&vague));
        let no_phone = answered(Case::new().email(60)).set("offered", serde_json::json!({}));
        assert!(told(&no_phone).iter().all(|(id, _)| !id.contains("call")), "{:?}", told(&no_phone));
        assert_eq!(told(&Case::new().on(DAY / 2)), [], "no score, nothing to mend");
        assert_eq!(told(&Case::new().gap(0, 9 * DAY)), [], "inconclusive");
    }

    #[test]
    fn equal_losses_stand_in_the_order_of_the_rubric() {
        let mut card = all_but_calls().card();
        card.caps.clear();
        card.criteria.retain(|line| ["next.reason", "channels.call", "answer.clean", "answer.inbox"].contains(&line.id.as_ref()));
        for line in &mut card.criteria {
            (line.points, line.of, line.counted, line.result) = (0.0, 3.0, true, Outcome::Missed);
        }
        let ids: Vec<String> = of(&card).into_iter().map(|fix| fix.id).collect();
        assert_eq!(ids, ["answer.clean", "answer.inbox", "next.reason"]);
    }
}
