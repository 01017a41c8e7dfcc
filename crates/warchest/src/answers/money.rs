//! Who gets the money: value added and cash by layer.

use crate::answers::types::{Distribution, Fan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who gets the money, over the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// Final customers' spend, USD.
    pub final_spend: Distribution,
    /// Layers: chips, cloud, labs, applications, energy.
    pub layers: Vec<LayerAnswer>,
    /// Paid to chip makers as capital expenditure, USD; not part of final sales.
    pub capex: Distribution,
    /// Consumer surplus, USD.
    pub consumer_surplus: Distribution,
    /// Consumer surplus / (consumer surplus + final spend), per path.
    pub consumer_surplus_share: Distribution,
    /// Value added of each layer by quarter, USD.
    pub by_quarter: Vec<Fan>,
}

/// A layer of the industry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LayerAnswer {
    /// `chips`, `cloud`, `labs`, `applications`, `energy`.
    pub name: String,
    /// Value added on final sales, USD.
    pub value_added: Distribution,
    /// Value added / final spend, per path.
    pub share_of_sales: Distribution,
    /// Cash kept / final spend, per path.
    pub share_of_cash: Distribution,
    /// USD: chip makers get what clouds and laboratories spend on chips, not what chips add.
    pub cash_kept: Distribution,
}
