internal import Cronmill
internal import Postgres

extension SQLState {
    /// Whether it says that a text is no date or time, or one out of range.
    var isTimeSyntax: Bool { self == "22007" || self == "22008" }
}
