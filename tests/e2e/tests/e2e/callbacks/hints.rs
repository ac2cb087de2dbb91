//! IAK signs nothing but the reference, and H2H centres nothing at all: what they tell is asked about.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_iak_tells_counts_only_once_a_status_check_confirms_it() -> Result<()> {
    let shop = IakShop::new().await?;
    let engine = shop.serve(&["XL-25000"]).await?;
    let payment = pending(&engine, "iak-callback", "XL-25000", "0817777215").await?;
    let (reference, login) = (reference(&payment)?, IakShop::login_of("xld25000"));
    let checks = || shop.way.count("POST /api/check-status");
    assert_eq!(checks(), 0);

    // Whoever has seen one callback can write another: the signature is the same.
    let about = shop.provider.callback_body(&login, reference).unwrap_or_default();
    let mut lie: Value = serde_json::from_slice(&about)?;
    let data = lie.pointer_mut("/data").and_then(Value::as_object_mut);
    let data = data.ok_or_else(|| Problem::new("a callback without data"))?;
    for (name, value) in [("status", "1"), ("rc", "00"), ("message", "SUCCESS"), ("sn", "123456")] {
        data.insert(name.to_owned(), Value::from(value));
    }
    let head = "POST /callbacks/iak HTTP/1.1\r\nHost: callbacks\r\nConnection: close\r\n\
                Content-Type: application/json\r\n\r\n";
    let lie = with_body(head.as_bytes(), &lie.to_string());
    assert_eq!(status_of(listener(&engine)?, lie.as_bytes()).await?, 200);
    seen("IAK is asked", || checks() == 1).await?;
    assert_eq!(counted(&engine, "asked").await?, 1);
    assert_eq!(engine.get(&payment.payment_id).await?.state(), PaymentState::Processing);

    // The truth does not count by itself either, as long as IAK cannot be asked.
    let broken = FaultKind::HttpStatus { status: 502, stage: Stage::BeforeWork };
    shop.provider.add_fault(Fault::new(broken).verb(IakVerb::CheckStatus))?;
    shop.provider.settle(&login, reference, true)?;
    let told = soon("the callback is answered", shop.provider.wait_for_callbacks(1)).await?;
    assert_eq!(told, [200]);
    let before = engine.get(&payment.payment_id).await?;
    assert_eq!(before.state(), PaymentState::Processing);
    assert_eq!(before.receipt, None);

    shop.provider.clear_faults();
    until("an answer of IAK's ends it", async || {
        let asked = engine.check_now(&payment.payment_id).await.map(drop);
        let payment = engine.get(&payment.payment_id).await.map_err(|status| status.to_string())?;
        if payment.state() == PaymentState::Succeeded { Ok(()) } else { Err(format!("{asked:?}")) }
    })
    .await?;
    let paid = engine.get(&payment.payment_id).await?;
    assert_eq!(paid.basis(), Basis::Status);
    let receipt = paid.receipt.clone().unwrap_or_default();
    assert_ne!(receipt.reference, "123456", "the serial number of the lie");
    // Told again, it is known.
    let again = sent(&shop.callbacks, "POST /callbacks/iak").await?;
    assert_eq!(status_of(listener(&engine)?, &again).await?, 200);
    let after = engine.get(&payment.payment_id).await?;
    assert_eq!((after.state(), after.receipt), (paid.state(), paid.receipt));
    let charges = shop.provider.ledger().charges;
    assert_eq!(charges.len(), 1);
    assert_eq!(paid.cost_rupiah, charges.first().map(|charge| charge.cost));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_centre_tells_is_a_hint_and_a_lie_changes_nothing() -> Result<()> {
    let shop = H2hShop::new(Profile::OkeConnect).await?;
    let engine = shop.serve(&["TSEL-5000"]).await?;
    let checks = || shop.way.count("check=1");
    let first = pending(&engine, "centre-first", "TSEL-5000", "081200010102").await?;
    assert_eq!(checks(), 0);
    shop.provider.settle(reference(&first)?, PendingEnd::Success)?;
    let paid = engine.wait_for(&first.payment_id, PaymentState::Succeeded).await?;
    assert_eq!((paid.basis(), checks()), (Basis::Status, 1));

    // Nothing is signed: this callback, and a lie about another payment that is made of it.
    let true_one = sent(&shop.callbacks, reference(&first)?).await?;
    let second = pending(&engine, "centre-second", "TSEL-5000", "081200020102").await?;
    let lie = String::from_utf8_lossy(&true_one)
        .replace(reference(&first)?, reference(&second)?)
        .replace("081200010102", "081200020102");
    assert_eq!(status_of(listener(&engine)?, lie.as_bytes()).await?, 200);
    seen("the centre is asked", || checks() == 2).await?;
    let open = engine.get(&second.payment_id).await?;
    assert_eq!(open.state(), PaymentState::Processing, "{open:?}");

    shop.provider.settle(reference(&second)?, PendingEnd::Failed)?;
    let refused = until("the centre's answer ends it", async || {
        let asked = engine.check_now(&second.payment_id).await.map(drop);
        let payment = engine.get(&second.payment_id).await.map_err(|status| status.to_string())?;
        if payment.state() == PaymentState::Failed {
            Ok(payment)
        } else {
            Err(format!("{asked:?}"))
        }
    })
    .await?;
    assert_eq!(refused.cost_rupiah, None);
    let ledger = shop.provider.ledger();
    let refunded: Vec<bool> = ledger.charges.iter().map(|charge| charge.refunded).collect();
    assert_eq!(refunded, [false, true]);
    assert_eq!(paid.cost_rupiah, ledger.charges.first().map(|charge| charge.cost));
    assert_eq!(shop.provider.pay_requests(), 2);
    assert_eq!(engine.get(&first.payment_id).await?, paid);
    Ok(())
}

async fn seen(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    until(what, async || if is_so() { Ok(()) } else { Err("not yet".to_owned()) }).await
}
