/// How a piece of text looks on a terminal with colours.
enum Style: String, Sendable, Hashable, CaseIterable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"

    /// The text between the escape sequences that switch the style on and off.
    func applied(to text: String) -> String { "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" }
}
