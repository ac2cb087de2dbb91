//! Digiflazz signs what it tells.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ppob_api::v1::Attempt;
use ppob_simulator::digiflazz::Verb;

use super::*;

/// Documented: pending, then paid.
const THEN_PAID: &str = "087800001233";
/// Documented: pending, then refused.
const THEN_REFUSED: &str = "087800001234";
const PRODUCT: &str = "XL-10000";

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_callback_ends_what_is_pending_and_told_again_it_changes_nothing() -> Result<()> {
    let shop = DigiflazzShop::new().await?;
    let engine = shop.serve().await?;
    let paid = pending(&engine, "webhook-paid", PRODUCT, THEN_PAID).await?;
    let refused = pending(&engine, "webhook-refused", PRODUCT, THEN_REFUSED).await?;
    let watch = WatchPaymentRequest { payment_id: paid.payment_id.clone() };
    let mut watch = engine.client.payments.clone().watch_payment(watch).await?.into_inner();

    shop.provider.pass(Duration::from_mins(1));
    soon("what is pending ends", shop.provider.settle()).await?;
    let mut last = None;
    soon("the watch ends", async {
        while let Some(next) = watch.next().await {
            last = next?.payment;
        }
        Ok::<(), Problem>(())
    })
    .await??;
    let last = last.ok_or_else(|| Problem::new("the watch showed nothing"))?;
    assert_eq!((last.state(), last.basis()), (PaymentState::Succeeded, Basis::Callback));
    let failed = engine.wait_for(&refused.payment_id, PaymentState::Failed).await?;
    assert_eq!(failed.attempts.last().map(Attempt::basis), Some(Basis::Callback));

    // A look-up is a purchase at Digiflazz: none was made.
    assert_eq!(shop.provider.requests(Verb::TopUp), 2);
    let ledger = shop.provider.ledger();
    let kept: Vec<&str> = ledger
        .charges
        .iter()
        .filter(|charge| !charge.refunded)
        .map(|charge| charge.customer_number.as_str())
        .collect();
    assert_eq!(kept, [THEN_PAID]);
    let told = sent(&shop.callbacks, "Sukses").await?;
    assert!(body(&told).contains(reference(&last)?));
    for again in [told, sent(&shop.callbacks, "Gagal").await?] {
        assert_eq!(status_of(listener(&engine)?, &again).await?, 200);
    }
    assert_eq!(engine.get(&last.payment_id).await?, last);
    assert_eq!(engine.get(&failed.payment_id).await?, failed);
    assert_eq!(shop.provider.ledger(), ledger);
    assert_eq!(shop.provider.requests(Verb::TopUp), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_callback_is_refused_and_changes_nothing() -> Result<()> {
    let shop = DigiflazzShop::new().await?;
    let engine = shop.serve().await?;
    let payment = pending(&engine, "webhook-forged", PRODUCT, THEN_PAID).await?;
    // What Digiflazz really said of it, which is authentic, and what a thief would like it to have said.
    let real = sent(&shop.callbacks, reference(&payment)?).await?;
    assert_eq!(status_of(listener(&engine)?, &real).await?, 200);
    let before = engine.get(&payment.payment_id).await?;
    let wish = body(&real).replace("\"03\"", "\"00\"").replace("Pending", "Sukses");
    assert_ne!(wish, body(&real));
    let with_signature = with_body(&real, &wish);
    let signature = with_signature.lines().find(|line| line.starts_with("X-Hub-Signature"));
    let signature = signature.ok_or_else(|| Problem::new("it was not signed"))?;
    let without = with_signature.replace(&format!("{signature}\r\n"), "");
    let made_up = format!("X-Hub-Signature: sha1={}", "0".repeat(40));
    let other = with_signature.replace(signature, &made_up);
    for forged in [&with_signature, &without, &other] {
        assert_eq!(status_of(listener(&engine)?, forged.as_bytes()).await?, 401, "{forged}");
    }
    assert_eq!(counted(&engine, "not-authentic").await?, 3);
    assert_eq!(engine.get(&payment.payment_id).await?, before);
    assert_eq!(before.state(), PaymentState::Processing);
    assert_eq!(shop.provider.requests(Verb::TopUp), 1);

    // The real one is still believed.
    shop.provider.pass(Duration::from_mins(1));
    soon("what is pending ends", shop.provider.settle()).await?;
    let paid = engine.wait_for(&payment.payment_id, PaymentState::Succeeded).await?;
    assert_eq!(paid.basis(), Basis::Callback);
    assert_eq!(shop.provider.ledger().charges.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_is_answered_and_the_secret_in_it_is_written_nowhere() -> Result<()> {
    let shop = DigiflazzShop::new().await?;
    let engine = shop.serve().await?;
    shop.provider.ping(DigiflazzShop::USERNAME).await?;
    let told = soon("the ping is answered", shop.provider.callbacks(1)).await?;
    assert_eq!(
        told.iter().map(|told| (told.event, told.status)).collect::<Vec<_>>(),
        [("ping", Some(200))]
    );
    assert!(body(&sent(&shop.callbacks, "hook_id").await?).contains(DigiflazzShop::SECRET));
    assert_eq!(counted(&engine, "ping").await?, 1);
    assert_eq!(engine.payments().await?, []);
    let ended = engine.stop().await?;
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains(DigiflazzShop::SECRET));
    assert_eq!(files_with(DigiflazzShop::SECRET, shop.world.directory())?, Vec::<PathBuf>::new());
    Ok(())
}

/// The files below a directory that hold this text.
fn files_with(text: &str, directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with(text, &path)?);
        } else if std::fs::read(&path)?.windows(text.len()).any(|bytes| bytes == text.as_bytes()) {
            found.push(path);
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_bill_is_asked_about_before_it_counts() -> Result<()> {
    let shop = DigiflazzShop::new().await?;
    let engine = shop.serve().await?;
    let asked = InquireRequest {
        product_code: "PLN-POSTPAID".to_owned(),
        customer_number: "630000000001".to_owned(),
        ..InquireRequest::default()
    };
    let shown = engine.inquire(asked.clone()).await?;
    let request = bill("webhook-bill", &asked, &shown.inquiry_id);
    engine.create(without_waiting(request)).await?;
    engine.wait_for("webhook-bill", PaymentState::Processing).await?;
    until("the payment is pending", async || match shop.provider.ledger().charges.len() {
        1 => Ok(()),
        charges => Err(format!("{charges} charges")),
    })
    .await?;
    shop.provider.pass(Duration::from_mins(1));
    assert_eq!(shop.provider.requests(Verb::Status), 0);
    soon("what is pending ends", shop.provider.settle()).await?;
    // Perhaps not at once: Digiflazz wants time between two calls for one reference.
    let paid = until_within(3 * PATIENCE, "the bill is paid", async || {
        let payment = engine.get("webhook-bill").await.map_err(|status| status.to_string())?;
        if payment.state() == PaymentState::Succeeded {
            Ok(payment)
        } else {
            Err(format!("{payment:?}"))
        }
    })
    .await?;
    assert_eq!(paid.basis(), Basis::Status);
    assert_eq!(shop.provider.requests(Verb::Status), 1);
    assert_eq!(shop.provider.requests(Verb::Pay), 1);
    assert_eq!(paid.cost_rupiah, shop.provider.ledger().charges.first().map(|charge| charge.cost));
    assert_eq!(shop.provider.violations(), []);
    Ok(())
}
