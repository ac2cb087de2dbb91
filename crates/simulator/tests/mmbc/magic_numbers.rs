//! Every magic customer number does what its description says.

use ppob_simulator::mmbc::{MAGIC_NUMBERS, MmbcHandle};

use super::support::{Raw, exchange, field, inquire, parse, pay, pay_request, start, status};

const PREFIX: &str = "53000000";

fn number(suffix: &str) -> String {
    assert!(MAGIC_NUMBERS.iter().any(|magic| magic.suffix == suffix));
    format!("{PREFIX}{suffix}")
}

/// The words of the payment and of three status requests, and the answer to the last.
async fn course(simulator: &MmbcHandle, suffix: &str) -> Vec<String> {
    let number = number(suffix);
    let paid = pay(simulator, "one", "PLNS20", &number).await.json();
    let invoice = field(&paid, "ppob_invoice");
    let mut words = vec![field(&paid, "ppob_status")];
    for _ in 0..3 {
        let answer = status(simulator, "one", &invoice, &number).await.json();
        words.push(match field(&answer, "ppob_status").as_str() {
            "-" => field(&answer, "reason"),
            word => word.to_owned(),
        });
    }
    words
}

#[tokio::test]
async fn pending_payments_confirm_stay_or_vanish() {
    let simulator = start().await;
    let confirmed = course(&simulator, "0101").await;
    assert_eq!(confirmed, ["pending", "pending", "confirm", "confirm"]);
    assert_eq!(course(&simulator, "0102").await, ["pending"; 4]);
    let vanished = course(&simulator, "0103").await;
    assert_eq!(vanished, ["pending", "No Data!", "No Data!", "No Data!"]);
    assert_eq!(simulator.ledger().charges.len(), 3);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_pending_token_is_empty_until_it_confirms() {
    let simulator = start().await;
    let number = number("0101");
    let paid = pay(&simulator, "one", "PLNS20", &number).await.json();
    assert_eq!(field(&paid, "ppob_stroomtoken"), "");
    let invoice = field(&paid, "ppob_invoice");
    status(&simulator, "one", &invoice, &number).await;
    let confirmed = status(&simulator, "one", &invoice, &number).await.json();
    let token = field(&confirmed, "ppob_stroomtoken").replace(' ', "");
    assert_eq!(simulator.ledger().charges.last().unwrap().token.as_deref(), Some(token.as_str()));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_leaves_a_debit_or_none() {
    let simulator = start().await;
    for (suffix, debits) in [("0201", 1), ("0202", 0)] {
        let number = number(suffix);
        let request = pay_request("one", "PLNS20", &number);
        let received = exchange(simulator.address(), &request).await.unwrap();
        assert!(received.is_empty());
        assert_eq!(simulator.ledger().charges_for("PLNS20", &number).len(), debits, "{suffix}");
        assert_eq!(simulator.pay_requests_for("PLNS20", &number), 1);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_cut_answer_and_a_502_come_after_the_debit() {
    let simulator = start().await;
    let cut = pay(&simulator, "one", "PLNS20", &number("0203")).await;
    let promised: usize = cut.headers.get("content-length").unwrap().parse().unwrap();
    assert!(cut.body.len() < promised);
    let failed = pay(&simulator, "one", "PLNS20", &number("0204")).await;
    assert_eq!(failed.status, 502);
    assert_eq!(simulator.ledger().charges.len(), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_slow_payment_is_debited_before_its_answer() {
    let simulator = start().await;
    let request = pay_request("one", "PLNS20", &number("0205"));
    let address = simulator.address();
    let paying = tokio::spawn(async move { exchange(address, &request).await });
    simulator.wait_for_charges(1).await;
    // The answer is five seconds away; stopping the server must not wait for it.
    simulator.shutdown().await;
    assert!(paying.await.unwrap().unwrap_or_default().is_empty());
}

#[tokio::test]
async fn refused_numbers_are_refused_without_a_debit() {
    let simulator = start().await;
    let reason = |answer: Raw| field(&answer.json(), "reason");
    for (suffix, text) in
        [("0301", "NOMOR PELANGGAN TIDAK TERDAFTAR"), ("0302", "TAGIHAN SUDAH TERBAYAR")]
    {
        let number = number(suffix);
        let expected = format!("ERROR PLN {number}: {text}");
        assert_eq!(reason(inquire(&simulator, "one", "PLN", &number).await), expected);
        assert_eq!(reason(pay(&simulator, "one", "PLN", &number).await), expected);
    }
    let unlisted = number("0303");
    let inquired = inquire(&simulator, "one", "PLN", &unlisted).await.json();
    assert_eq!(field(&inquired, "result"), "ok");
    assert!(reason(pay(&simulator, "one", "PLN", &unlisted).await).contains("9917"));
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_short_account_refuses_and_another_pays() {
    let simulator = start().await;
    let number = number("0402");
    let short = pay(&simulator, "two", "PLN", &number).await.json();
    assert_eq!(field(&short, "saldo"), "100");
    let paid = pay(&simulator, "one", "PLN", &number).await.json();
    assert_eq!(field(&paid, "ppob_status"), "confirm");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_can_be_missing_until_the_second_check() {
    let simulator = start().await;
    let number = number("0501");
    let paid = pay(&simulator, "one", "PLNS20", &number).await.json();
    assert_eq!(field(&paid, "ppob_status"), "confirm");
    let invoice = field(&paid, "ppob_invoice");
    let mut lengths = vec![field(&paid, "ppob_stroomtoken").len()];
    for _ in 0..2 {
        let answer = status(&simulator, "one", &invoice, &number).await.json();
        lengths.push(field(&answer, "ppob_stroomtoken").len());
    }
    assert_eq!(lengths, [0, 0, 24]);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_number_without_magic_succeeds() {
    let simulator = start().await;
    let answer = parse(
        &exchange(simulator.address(), &pay_request("one", "PLN", "530000009999")).await.unwrap(),
    );
    assert_eq!(field(&answer.unwrap().json(), "ppob_status"), "confirm");
    simulator.shutdown().await;
}
