//! What is sent: once, in time, and what was asked for.

use ppob_types::{CustomerNumber, Family, NotSentCause, PayOutcome, Purchase, Rupiah};

use crate::case::{CAPS_COST, Concern, INQUIRES_BOUND, PAYS, TAKES_OUR_REFERENCE, cases};
use crate::check::{Checked, Ways, ensure, equal, fail, leave_out};
use crate::ground::{Ground, ODD_SUM, Paid, Prepared, inquiry};
use crate::manner::{After, Manner};
use crate::mint::{context, late_permit};
use crate::wire::Message;
use crate::{Sample, Saying, Scene};
use ppob_provider::InquiryRule;

const PAYS_OR_INQUIRES: Concern = Concern::Families(|_, _| Ok(()));

cases! {
    PAYS => [
        a_payment_is_one_request_whatever_comes_of_it,
        a_permit_that_came_too_late_sends_nothing,
    ],
    PAYS_OR_INQUIRES => [
        customer_numbers_are_sent_letter_by_letter,
        the_code_of_the_product_is_sent_letter_by_letter,
        an_amount_or_a_parameter_is_sent_or_refused_and_never_dropped,
    ],
    TAKES_OUR_REFERENCE => [our_reference_is_sent_letter_by_letter],
    CAPS_COST => [the_cap_of_the_cost_is_sent],
    INQUIRES_BOUND => [
        a_payment_without_the_token_of_its_inquiry_is_not_sent,
        a_payment_gives_the_token_of_its_inquiry_back,
    ],
}

async fn a_payment_is_one_request_whatever_comes_of_it(ground: &Ground) -> Checked {
    let mut ways = Ways::default();
    let mut scenes = vec![Scene::Succeeds, Scene::Pending, Scene::Unlisted];
    let refusals = ground.subject.refusals(ground.family()?);
    scenes.extend(refusals.into_iter().map(Scene::Refused));
    for scene in scenes {
        let once = async {
            let ground = ground.fresh().await;
            let prepared = ground.prepare(&scene).await?;
            one_request(&ground.pay(&prepared).await)
        };
        ways.took(&format!("{scene:?}"), once.await)?;
    }
    let nowhere = "http://127.0.0.1:1/".to_owned();
    let manners = [
        Manner::Lost(After::End),
        Manner::Lost(After::Reset),
        Manner::HalfHead,
        Manner::CutShort(After::End),
        Manner::CutUnseen(2),
        Manner::Redirect(nowhere),
        Manner::Page(200, Vec::new()),
        Manner::page(200),
        Manner::page(401),
        Manner::page(429),
        Manner::page(503),
        Manner::Status(500),
        Manner::Padded,
    ];
    for manner in manners {
        let ground = ground.fresh().await;
        let prepared = ground.prepare_accepted().await?;
        let paid = ground.pay_through(&prepared, manner.clone()).await;
        ways.took(&format!("{manner:?}"), one_request(&paid))?;
    }
    ways.end()
}

fn one_request(paid: &Paid) -> Checked {
    equal("requests", &paid.exchanges.len(), &1)?;
    equal("connections", &paid.connections, &1)
}

async fn a_permit_that_came_too_late_sends_nothing(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    ground.forget_traffic();
    let (permit, _) = late_permit(&prepared.request.attempt);
    let answer = ground.provider().pay(&context(), &prepared.request, permit).await;
    let expected = PayOutcome::NotSent(NotSentCause::PermitExpired);
    equal("the outcome", &answer.outcome, &expected)?;
    equal("connections", &ground.tap.take_connections(), &0)
}

/// What the provider sends to pay for this, and what to inquire about it, without asking the simulator.
/// What is not sent is `None`.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    inquiry: Option<Message>,
    payment: Option<Message>,
}

impl Sent {
    /// What the purchase itself has to stand in. A bound payment only says which inquiry it is for.
    fn decisive(&self, rule: InquiryRule) -> Option<&Message> {
        match rule {
            InquiryRule::None | InquiryRule::Unbound => self.payment.as_ref(),
            InquiryRule::Bound { .. } => self.inquiry.as_ref(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Message> {
        self.inquiry.iter().chain(&self.payment)
    }
}

async fn send(ground: &Ground, prepared: &Prepared, purchase: &Purchase) -> Sent {
    let nothing = Manner::Says(Saying::ok(""));
    let mut inquired = None;
    if ground.capability().inquiry.is_supported() {
        ground.forget_traffic();
        ground.tap.set(nothing.clone());
        let sample = Sample { purchase: purchase.clone(), ..prepared.sample.clone() };
        let question = inquiry(&sample, Some(&prepared.request.attempt));
        let _unreadable = ground.provider().inquire(&context(), &question).await;
        inquired = first(ground.tap.take_exchanges());
        ground.tap.set(Manner::Pass);
    }
    let mut request = prepared.request.clone();
    request.purchase = purchase.clone();
    let paid = ground.pay_by(ground.provider(), &request, nothing).await;
    Sent { inquiry: inquired, payment: first(paid.exchanges) }
}

fn first(exchanges: Vec<crate::tap::Exchange>) -> Option<Message> {
    exchanges.into_iter().next().map(|exchange| exchange.request)
}

async fn customer_numbers_are_sent_letter_by_letter(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let family = ground.family()?;
    let mut numbers: Vec<CustomerNumber> =
        ground.samples().into_iter().map(|sample| sample.purchase.customer).collect();
    numbers.extend(odd_numbers(family, &prepared.sample.purchase.customer));
    for customer in numbers {
        let purchase = Purchase { customer, ..prepared.sample.purchase.clone() };
        let sent = send(ground, &prepared, &purchase).await;
        let Some(message) = sent.decisive(ground.capability().inquiry) else { continue };
        let number = purchase.customer.expose();
        ensure(message.holds(number), || {
            format!("a number like {number:?} does not stand in the request as it is")
        })?;
    }
    Ok(())
}

/// Numbers that careless code damages: zeros in front, and the separators that families know.
fn odd_numbers(family: Family, ordinary: &CustomerNumber) -> Vec<CustomerNumber> {
    let zeros = format!("000{}", ordinary.expose().chars().skip(3).collect::<String>());
    let texts = [
        zeros.as_str(),
        "12345678|1234",
        "0012345,3171234567890001",
        "PLAYER@A.B_C-1",
        "01/23.4-5",
    ];
    let mut numbers = Vec::new();
    for text in texts {
        let read = CustomerNumber::parse(family, text);
        numbers.extend(read.into_iter().filter(|number| number.expose() == text));
    }
    numbers
}

async fn the_code_of_the_product_is_sent_letter_by_letter(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let ground = ground.fresh().await;
        let prepared = ground.prepare_accepted_sample(&sample).await?;
        let sent = send(&ground, &prepared, &prepared.sample.purchase).await;
        let Some(message) = sent.decisive(ground.capability().inquiry) else {
            return fail("nothing is sent for a sample");
        };
        let code = &prepared.sample.provider_code;
        ensure(message.holds(code), || format!("{code:?} does not stand in the request as it is"))?;
    }
    Ok(())
}

/// Asks for something more; the text is there for a second id.
type Edit = fn(&mut Purchase, Option<CustomerNumber>);

async fn an_amount_or_a_parameter_is_sent_or_refused_and_never_dropped(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let plain = &prepared.sample.purchase;
    let sent = send(ground, &prepared, plain).await;
    if send(ground, &prepared, plain).await != sent {
        return fail("two equal calls, at the same moment, send different requests");
    }
    let second_id = CustomerNumber::parse(Family::Other, "ZQX77310").ok();
    let edits: [(&str, Edit); 4] = [
        ("an amount", |purchase, _| purchase.amount = Some(ODD_SUM)),
        ("months", |purchase, _| purchase.parameters.months = Some(11)),
        ("a year", |purchase, _| purchase.parameters.year = Some(1997)),
        ("a second id", |purchase, second_id| purchase.parameters.second_id = second_id),
    ];
    for (what, edit) in edits {
        let mut purchase = plain.clone();
        edit(&mut purchase, second_id.clone());
        let changed = send(ground, &prepared, &purchase).await;
        let rule = ground.capability().inquiry;
        if let Some(message) = changed.decisive(rule) {
            let dropped = sent.decisive(rule) == Some(message);
            ensure(!dropped, || format!("{what} is dropped, and something else is paid"))?;
        }
    }
    Ok(())
}

async fn our_reference_is_sent_letter_by_letter(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let sent = send(ground, &prepared, &prepared.sample.purchase).await;
    let reference = prepared.request.attempt.as_str();
    let held = sent.all().any(|message| message.holds(reference));
    ensure(held, || "our reference does not stand in the request".to_owned())
}

async fn the_cap_of_the_cost_is_sent(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let mut other = prepared.clone();
    other.request.max_cost = prepared.request.max_cost.saturating_plus(Rupiah::new(1_111));
    let purchase = &prepared.sample.purchase;
    let plain = send(ground, &prepared, purchase).await.payment;
    let changed = send(ground, &other, purchase).await.payment;
    ensure(changed.is_some() && plain != changed, || {
        "another cap makes no difference to the request".to_owned()
    })
}

async fn a_payment_without_the_token_of_its_inquiry_is_not_sent(ground: &Ground) -> Checked {
    let mut prepared = ground.prepare_accepted().await?;
    prepared.request.inquiry_token = None;
    let paid = ground.pay(&prepared).await;
    let not_sent = matches!(paid.answer.outcome, PayOutcome::NotSent(_));
    ensure(not_sent, || format!("{:?}, and not NotSent", paid.answer.outcome))?;
    equal("connections", &paid.connections, &0)
}

async fn a_payment_gives_the_token_of_its_inquiry_back(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let Some(bill) = &prepared.bill else { return leave_out("no inquiry came before") };
    ensure(bill.token.is_some(), || "the bill of a bound inquiry has no token".to_owned())?;
    // In another process, which knows nothing but the token.
    let built = ground.elsewhere(&ground.tap.origin(), crate::ground::PATIENT)?;
    let paid = ground.pay_by(&*built.provider, &prepared.request, Manner::Pass).await;
    let taken = matches!(paid.answer.outcome, PayOutcome::Succeeded | PayOutcome::Pending);
    ensure(taken, || format!("{:?}, and neither Succeeded nor Pending", paid.answer.outcome))
}
