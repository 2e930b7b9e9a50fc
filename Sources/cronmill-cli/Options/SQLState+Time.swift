internal import Cronmill
internal import Postgres

extension SQLState {
    /// Whether it says that a text is no date or time, or one out of range.
    var isTimeSyntax: Bool { self == "22007" || self == "22008" }
}

extension CronmillError {
    /// That an option for a time to come has none.
    static func noTime(_ flag: String, _ error: PostgresError) -> CronmillError {
        CronmillError(
            .failed,
            "\(flag): \(error.message)",
            hint: "Use a form like '2027-01-01 08:00+01', 'today 18:30' or 'tomorrow'."
        )
    }
}
