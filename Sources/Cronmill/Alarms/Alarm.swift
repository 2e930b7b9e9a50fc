/// Something that has become wrong, raised once by the housekeeper and cleared by it when it is over.
public struct Alarm: Sendable, Hashable {
    /// Its number.
    public var id: Int64
    /// `behind`, `failing`, `dead`, `overdue`, `silent`, `history`, `replica`, `capacity`,
    /// `roles`, `housekeeper`, `lock`, `stuck`, `waiting`, `missed`, `held` or `recurring`.
    public var kind: String
    /// The work database; nil for an alarm of the server.
    public var database: String?
    /// The processor; nil for one of a whole database, or of the server.
    public var processor: String?
    /// What was the matter when it was raised, a sentence.
    public var detail: String
    /// When it was raised.
    public var raisedAt: ServerTime
    /// When it was found to be over; nil while it is not.
    public var clearedAt: ServerTime?
    /// When somebody said that they know.
    public var acknowledgedAt: ServerTime?
    /// The role that logged in to say so.
    public var acknowledgedBy: String?
    /// Why the last call of the alarm function for it failed, where that may be seen.
    public var deliveryError: String?
}
