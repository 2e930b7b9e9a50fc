/// Something in which the halves differ.
public struct Difference: Sendable, Hashable {
    /// The work database; the cron database for what is the registry's own.
    public var database: String
    /// The processor, if it is about one.
    public var processor: String?
    /// The slot, where one job differs.
    public var slot: Int?
    /// What differs, as a sentence without full stop.
    public var text: String
    /// The command that repairs it where `sync` does not.
    public var command: String?
}
