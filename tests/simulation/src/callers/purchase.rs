//! What callers want.

use std::time::Duration;

use ppob_engine::{ConsumerLimits, CreatePayment, Inquire, RequestedApproval, RequestedParameters};
use ppob_types::{InquiryId, PaymentId, PaymentKey, ProductCode, Rupiah};

use super::names;
use crate::host::Host;
use crate::random::Random;
use crate::world::{GOODS, Goods, customer_number};

/// What a caller wants.
#[derive(Clone, Debug)]
pub(super) struct Want {
    pub(super) goods: Goods,
    pub(super) customer: u32,
    pub(super) amount: Option<Rupiah>,
    pub(super) approval: RequestedApproval,
    pub(super) repeat: u32,
    pub(super) despite: Option<PaymentId>,
}

impl Want {
    /// The request under this id.
    pub(super) fn request(&self, key: &PaymentKey) -> CreatePayment {
        CreatePayment {
            consumer: key.consumer.clone(),
            id: key.id.clone(),
            product: product(&self.goods),
            customer_number: customer_number(self.goods.family, self.customer),
            amount: self.amount,
            parameters: RequestedParameters::default(),
            approval: self.approval.clone(),
            allow_lower_total: true,
            repeat: self.repeat,
            despite_in_doubt: self.despite.clone(),
            pay_within: None,
            limits: ConsumerLimits::default(),
        }
    }
}

pub(crate) fn key(number: u32, consumers: u32) -> PaymentKey {
    let (consumer, id) = names(number % consumers.max(1), number);
    PaymentKey { consumer, id }
}

fn product(goods: &Goods) -> ProductCode {
    ProductCode::new(goods.code).unwrap_or_else(|_| unreachable!("the code keeps to the grammar"))
}

/// Something to want. A bill is asked for first.
pub(super) async fn want(host: &Host, random: &mut Random) -> Want {
    let goods = random.pick(&GOODS, GOODS[0]);
    let customer = u32::try_from(random.below(u64::from(host.stage.world.customers))).unwrap_or(0);
    let open_amount = goods.nominal.is_none() && !goods.family.is_bill();
    let mut want = Want {
        goods,
        customer,
        amount: open_amount.then(|| Rupiah::new(10_000 + 5_000 * i64::from(customer))),
        approval: RequestedApproval::ListPrice,
        repeat: 0,
        despite: None,
    };
    if goods.family.is_bill() {
        want.approval = RequestedApproval::Total(Rupiah::new(1));
        for _ in 0..4 {
            if let Some((id, total)) = inquire(host, &want).await {
                want.approval = if random.permille(500) {
                    RequestedApproval::Inquiry(id)
                } else {
                    RequestedApproval::Total(total)
                };
                break;
            }
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    } else if random.permille(300) {
        want.approval = RequestedApproval::Total(Rupiah::new(500_000));
    }
    want
}

async fn inquire(host: &Host, want: &Want) -> Option<(InquiryId, Rupiah)> {
    let process = host.running()?;
    let (consumer, _) = names(0, 0);
    let question = Inquire {
        consumer,
        product: product(&want.goods),
        customer_number: customer_number(want.goods.family, want.customer),
        amount: None,
        parameters: RequestedParameters::default(),
    };
    let asked = process.ask(process.engine.inquire(question)).await?.ok()?;
    Some((asked.stored.id, asked.stored.bill.total))
}

/// Another request, to be sent under the same id by mistake.
pub(super) fn other(want: &Want, random: &mut Random, host: &Host) -> Want {
    let customers = host.stage.world.customers;
    let step = 1 + u32::try_from(random.below(u64::from(customers.max(2)) - 1)).unwrap_or(0);
    Want { customer: (want.customer + step) % customers.max(2), ..want.clone() }
}
