//! What a log or an operator may see.

use std::fmt::Debug;

use super::broken_answers;
use crate::case::{Concern, PAYS, cases};
use crate::check::{Checked, ensure};
use crate::ground::{Ground, inquiry, reference};
use crate::mint::context;
use crate::{News, Scene};

cases! {
    Concern::Provider => [
        neither_debug_nor_warnings_show_a_secret,
        errors_of_reads_show_no_secret,
    ],
    PAYS => [
        neither_answers_nor_errors_show_a_secret_or_a_customer_number,
        callbacks_show_no_secret_and_no_customer_number,
    ],
}

/// What was shown, and must hold none of these.
struct Shown {
    hidden: Vec<String>,
    /// What it was, and what it said.
    said: Vec<(String, String)>,
}

impl Shown {
    fn new(hidden: Vec<String>) -> Self {
        Self { hidden, said: Vec::new() }
    }

    fn debug(&mut self, what: &str, value: &(impl Debug + ?Sized)) {
        self.said.push((what.to_owned(), format!("{value:?} {value:#?}")));
    }

    fn text(&mut self, what: &str, text: &str) {
        self.said.push((what.to_owned(), text.to_owned()));
    }

    fn end(&self) -> Checked {
        for (what, said) in &self.said {
            let shown =
                self.hidden.iter().any(|one| !one.is_empty() && said.contains(one.as_str()));
            ensure(!shown, || format!("{what} shows what it must not"))?;
        }
        Ok(())
    }
}

async fn neither_debug_nor_warnings_show_a_secret(ground: &Ground) -> Checked {
    let mut shown = Shown::new(ground.subject.secrets());
    shown.debug("Debug of the provider", ground.provider());
    shown.debug("Debug of what was built", &ground.built);
    for warning in &ground.built.warnings {
        shown.text("a warning", warning);
    }
    shown.end()
}

async fn errors_of_reads_show_no_secret(ground: &Ground) -> Checked {
    for (_, manner) in broken_answers() {
        let ground = ground.fresh().await;
        let mut shown = Shown::new(ground.subject.secrets());
        ground.tap.set(manner);
        if let Err(error) = ground.provider().price_list(&context()).await {
            shown.debug("an error of the price list", &error);
        }
        if let Err(error) = ground.provider().balance(&context()).await {
            shown.debug("an error of the balance", &error);
        }
        shown.end()?;
    }
    Ok(())
}

async fn neither_answers_nor_errors_show_a_secret_or_a_customer_number(ground: &Ground) -> Checked {
    let family = ground.family()?;
    let refusals = ground.subject.refusals(family).into_iter().map(Scene::Refused);
    let scenes = [Scene::Succeeds, Scene::Pending, Scene::Unlisted, Scene::AnotherCustomer];
    for scene in scenes.into_iter().chain(refusals) {
        let ground = ground.fresh().await;
        let Ok(prepared) = ground.prepare(&scene).await else { continue };
        let mut shown = hidden(&ground, prepared.request.purchase.customer.expose());
        let paid = ground.pay(&prepared).await;
        shown.debug(&format!("the answer in {scene:?}"), &paid.answer);
        if let Some(unlisted) = &paid.answer.observed.unlisted {
            shown.text("what is on no list", unlisted);
        }
        match ground.check(&reference(&prepared.request, &paid.answer)).await {
            Ok(report) => shown.debug("a report", &report),
            Err(error) => shown.debug("an error of the check", &error),
        }
        shown.end()?;
    }
    let bills = ground.subject.bill_refusals(family).into_iter().map(Scene::BillRefused);
    for scene in [Scene::Owed, Scene::BillOfAnother].into_iter().chain(bills) {
        let ground = ground.fresh().await;
        if !ground.capability().inquiry.is_supported() {
            break;
        }
        let Ok(prepared) = ground.prepare_question(&scene).await else { continue };
        let mut shown = hidden(&ground, prepared.request.purchase.customer.expose());
        let words = prepared.words();
        ground.tap.set(words.map_or(crate::manner::Manner::Pass, crate::manner::Manner::Says));
        let question = inquiry(&prepared.sample, Some(&prepared.request.attempt));
        match ground.provider().inquire(&context(), &question).await {
            Ok(bill) => shown.debug("a bill", &bill),
            Err(error) => shown.debug("an error of the inquiry", &error),
        }
        shown.end()?;
    }
    Ok(())
}

async fn callbacks_show_no_secret_and_no_customer_number(ground: &Ground) -> Checked {
    let sample = ground.sample()?;
    let mut shown = hidden(ground, sample.purchase.customer.expose());
    for news in [News::Succeeded, News::Pending, News::Refused] {
        let said = ground.subject.callback(news, &sample, &ground.attempt());
        let Some(said) = said else { continue };
        match ground.provider().decode_callback(&said.genuine) {
            Ok(callback) => shown.debug("a callback", &callback),
            Err(error) => shown.debug("an error of a callback", &error),
        }
    }
    shown.end()
}

fn hidden(ground: &Ground, customer: &str) -> Shown {
    let mut hidden = ground.subject.secrets();
    hidden.push(customer.to_owned());
    Shown::new(hidden)
}
