//! Scores of the laws over three panels, as an independent program (NumPy, SciPy) found them.

use super::panels::{farmer_lafond, farmer_lafond_improving, printed, production};
use warchest::curves::Model;
use warchest::curves::moore::{Moore, Naive, PlugIn, Trend};
use warchest::curves::wright::{Ahead, Levels, Wright};
use warchest::curves::{
    compare::relative_crps,
    hindcast::{Protocol, Technology, run, scores},
};

/// A row: model, then RMSE, CRPS, ratio, log score, coverage of 50, 90 and 95 %, as printed; a
/// dash is not printed.
type Row<'a> = (Box<dyn Model>, [&'a str; 7]);

fn agree(panel: &[Technology], protocol: &Protocol, forecasts: usize, rows: &[Row]) {
    let base = run(panel, protocol, &Moore::new(0.0)).unwrap();
    for (model, wanted) in rows {
        let found = run(panel, protocol, model.as_ref()).unwrap();
        let scores = scores(&found);
        assert_eq!(scores.forecasts, forecasts);
        let ratio = relative_crps(&found, &base).ratio;
        let [c50, c90, c95] = scores.coverage;
        let values = [scores.rmse, scores.crps, ratio, scores.log_score, c50, c90, c95];
        for (wanted, value) in wanted.iter().zip(values) {
            assert!(*wanted == "-" || printed(wanted, value), "{}: {wanted} {value}", model.name());
        }
    }
}

#[test]
fn table_a_the_protocol_of_the_paper() {
    let rows: [Row; 6] = [
        (Box::new(Naive), ["1.860", ".680", "1.59", "1.91", ".19", ".47", ".56"]),
        (Box::new(PlugIn), [".838", ".353", "1.03", "2.00", ".25", ".53", ".59"]),
        (Box::new(Moore::new(0.0)), [".838", ".320", "1", ".148", ".38", ".78", ".86"]),
        (Box::new(Moore::new(0.25)), [".838", ".318", "1.005", ".106", ".42", ".82", ".89"]),
        (Box::new(Moore::new(0.63)), [".838", ".318", "1.012", ".087", ".45", ".85", ".92"]),
        (Box::new(Trend), [".865", ".369", "1.12", ".794", ".20", ".51", ".61"]),
    ];
    agree(&farmer_lafond_improving(), &Protocol::FARMER_LAFOND, 6391, &rows);
}

#[test]
fn table_b_expanding_windows() {
    let rows: [Row; 5] = [
        (Box::new(Naive), [".986", ".335", "1.37", ".35", ".35", ".69", ".78"]),
        (Box::new(Moore::new(0.0)), [".418", ".177", "1", "-.297", ".46", ".84", ".91"]),
        (Box::new(Moore::new(0.25)), [".418", ".176", "1.005", "-.321", ".50", ".89", ".94"]),
        (Box::new(Moore::new(0.63)), [".418", ".176", "1.014", "-.324", ".53", ".92", ".96"]),
        (Box::new(Trend), [".539", ".252", "1.16", ".476", ".25", ".57", ".65"]),
    ];
    agree(&farmer_lafond(), &Protocol::EXPANDING, 4836, &rows);
}

fn wright(rho: f64, ahead: Ahead) -> Box<dyn Model> {
    Box::new(Wright { rho, ahead })
}

#[test]
fn table_w_five_changes() {
    let rows: [Row; 8] = [
        (Box::new(Naive), ["1.412", ".472", "1.33", "-", "-", ".65", "-"]),
        (Box::new(Moore::new(0.0)), [".715", ".297", "1", "-", "-", ".84", "-"]),
        (Box::new(Moore::new(0.63)), [".715", ".305", "1.02", "-", "-", ".89", "-"]),
        (wright(0.0, Ahead::Known), [".570", ".242", "0.912", "-", "-", ".90", "-"]),
        (wright(0.19, Ahead::Known), [".570", ".247", "0.922", "-", "-", ".92", "-"]),
        (wright(0.63, Ahead::Known), [".570", ".255", "0.938", "-", "-", ".93", "-"]),
        (wright(0.19, Ahead::Extrapolated), [".674", ".282", "0.969", "-", "-", ".90", "-"]),
        (Box::new(Levels), [".634", ".256", "0.985", "-", "-", ".65", "-"]),
    ];
    agree(&production(), &Protocol::FARMER_LAFOND, 11844, &rows);
}

#[test]
fn table_w_expanding_windows() {
    let rows: [Row; 8] = [
        (Box::new(Naive), [".838", ".282", "1.34", "-", "-", ".76", "-"]),
        (Box::new(Moore::new(0.0)), [".397", ".175", "1", "-", "-", ".84", "-"]),
        (Box::new(Moore::new(0.63)), [".397", ".176", "1.02", "-", "-", ".90", "-"]),
        (wright(0.0, Ahead::Known), [".312", ".141", "0.923", "-", "-", ".89", "-"]),
        (wright(0.19, Ahead::Known), [".312", ".142", "0.931", "-", "-", ".92", "-"]),
        (wright(0.63, Ahead::Known), [".312", ".146", "0.946", "-", "-", ".94", "-"]),
        (wright(0.19, Ahead::Extrapolated), [".371", ".163", "0.965", "-", "-", ".91", "-"]),
        (Box::new(Levels), [".390", ".200", "1.08", "-", "-", ".60", "-"]),
    ];
    agree(&production(), &Protocol::EXPANDING, 6866, &rows);
}
