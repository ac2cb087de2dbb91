//! The ledger and the deposits agree, also when many pay at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_simulator::mmbc::{
    AccountConfig, ControlError, MmbcConfig, MmbcSimulator, PriceUpdate, ProductStatus, StartError,
};

use super::support::{MEGA, Raw, field, inquire, pay, rupiah, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_payments_lose_no_rupiah() {
    let simulator = Arc::new(start().await);
    let payers: Vec<_> = (0..40)
        .map(|payer| {
            let simulator = Arc::clone(&simulator);
            tokio::spawn(async move {
                let login = if payer % 2 == 0 { "one" } else { "two" };
                for turn in 0..10 {
                    let number = format!("5300{payer:04}9{turn:03}");
                    pay(&simulator, login, "PLNS20", &number).await;
                    pay(&simulator, login, "PLN", "530000007777").await;
                }
            })
        })
        .collect();
    for payer in payers {
        payer.await.unwrap();
    }
    let ledger = simulator.ledger();
    let bills = ledger.charges_for("PLN", "530000007777").len();
    assert_eq!((bills, ledger.charges.len()), (1, 401));
    for login in ["one", "two"] {
        assert_eq!(simulator.balance(login).unwrap(), 10 * MEGA - ledger.cost_of(login));
        assert_eq!(ledger.pay_requests.get(login), Some(&400));
    }
    let sequences: Vec<u64> = ledger.charges.iter().map(|charge| charge.sequence).collect();
    assert_eq!(sequences, (1..=401).collect::<Vec<_>>());
    let invoices: BTreeSet<_> = ledger.charges.iter().map(|charge| &charge.invoice).collect();
    let tokens: BTreeSet<_> = ledger.charges.iter().filter_map(|c| c.token.as_ref()).collect();
    assert_eq!((invoices.len(), tokens.len()), (401, 400));
    assert_eq!(simulator.pay_requests_for("PLN", "530000007777"), 400);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_deposit_is_spent_to_the_last_rupiah_and_not_beyond() {
    let accounts = vec![AccountConfig::new("one", "secret 1&", 41_400)];
    let simulator = MmbcSimulator::start(MmbcConfig::new(accounts)).await.unwrap();
    let mut saldos = Vec::new();
    for number in ["530000001111", "530000002222", "530000003333"] {
        let answer = pay(&simulator, "one", "PLNS20", number).await.json();
        saldos.push((field(&answer, "ppob_saldo"), field(&answer, "saldo")));
    }
    let expected = [("20.700", "-"), ("0", "-"), ("-", "0")];
    assert_eq!(saldos, expected.map(|(paid, refused)| (paid.to_owned(), refused.to_owned())));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_charge_is_what_the_answer_said() {
    let simulator = start().await;
    let paid = pay(&simulator, "two", "PLNS50", "530000001234").await.json();
    let ledger = simulator.ledger();
    let charge = ledger.charges.first().unwrap();
    assert_eq!((charge.sequence, charge.account.as_str()), (1, "two"));
    assert_eq!(charge.invoice, field(&paid, "ppob_invoice"));
    assert_eq!((charge.cost, charge.total), (50_500, 52_500));
    assert_eq!(charge.at, field(&paid, "ppob_tanggal"));
    assert_eq!(charge.token.clone().unwrap(), field(&paid, "ppob_stroomtoken").replace(' ', ""));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_refund_gives_the_cost_back_once() {
    let simulator = start().await;
    pay(&simulator, "one", "PLNS20", "530000001234").await;
    assert_eq!(simulator.refund(1), Ok(10 * MEGA));
    assert_eq!(simulator.refund(1), Err(ControlError::AlreadyRefunded(1)));
    assert_eq!(simulator.refund(0), Err(ControlError::UnknownCharge(0)));
    assert_eq!(simulator.refund(2), Err(ControlError::UnknownCharge(2)));
    assert_eq!(simulator.ledger().cost_of("one"), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_next_month_brings_the_next_bill() {
    let month = Arc::new(std::sync::atomic::AtomicU32::new(1));
    let clock = Arc::clone(&month);
    let config = MmbcConfig::new(vec![AccountConfig::new("one", "secret 1&", 10 * MEGA)])
        .local_time(move || {
            let month = clock.load(std::sync::atomic::Ordering::SeqCst);
            format!("2026-{month:02}-03 08:00:00")
        });
    let simulator = MmbcSimulator::start(config).await.unwrap();
    pay(&simulator, "one", "PLN", "530000001234").await;
    let paid = inquire(&simulator, "one", "PLN", "530000001234").await.json();
    assert_eq!(field(&paid, "result"), "no");
    month.store(2, std::sync::atomic::Ordering::SeqCst);
    let next = inquire(&simulator, "one", "PLN", "530000001234").await.json();
    assert_eq!(field(&next, "ppob_bulantagihan"), "202602");
    simulator.shutdown().await;
}

#[tokio::test]
async fn prices_differ_by_account_and_change() {
    let simulator = start().await;
    let debet = |answer: Raw| rupiah(&answer.json(), "ppob_debet");
    let number = "530000001234";
    assert_eq!(debet(inquire(&simulator, "one", "PLNS20", number).await), 20_700);
    assert_eq!(debet(inquire(&simulator, "two", "PLNS20", number).await), 20_500);
    let mut update = PriceUpdate {
        account: Some("one".to_owned()),
        product: "PLNS20".to_owned(),
        fee: Some(1_200),
        admin: Some(3_000),
        status: None,
    };
    simulator.set_price(&update).unwrap();
    let changed = inquire(&simulator, "one", "PLNS20", number).await;
    assert_eq!(rupiah(&changed.json(), "ppob_totalbayar"), 23_000);
    assert_eq!(debet(changed), 21_200);
    update.status = Some(ProductStatus::Close);
    simulator.set_price(&update).unwrap();
    let closed = pay(&simulator, "one", "PLNS20", number).await.json();
    assert_eq!(field(&closed, "result"), "no");
    assert_eq!(debet(inquire(&simulator, "two", "PLNS20", number).await), 20_500);
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_impossible_configuration_does_not_start() {
    let none = MmbcSimulator::start(MmbcConfig::new(Vec::new())).await;
    assert!(matches!(none, Err(StartError::NoAccount)));
    let account = AccountConfig::new("one", "x", 1);
    let twice = MmbcSimulator::start(MmbcConfig::new(vec![account.clone(), account.clone()])).await;
    assert!(matches!(twice, Err(StartError::DuplicateAccount(_))));
    let running = start().await;
    let mut config = MmbcConfig::new(vec![account]);
    config.port = running.address().port();
    assert!(matches!(MmbcSimulator::start(config).await, Err(StartError::Listen(_))));
    running.shutdown().await;
}
