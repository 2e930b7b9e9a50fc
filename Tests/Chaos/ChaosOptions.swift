public import PrivateServer

/// How long and how hard a server is disturbed.
public struct ChaosOptions: Sendable {
    /// Decides the disturbances and their order.
    public var seed: UInt64
    /// How long it lasts; draining and verifying come after it.
    public var length: Duration
    /// It goes on beyond its length until so many processes have been killed.
    public var kills: Int
    /// The path of the `cronmill` under test.
    public var program: String
    /// The server under test.
    public var installation: ServerInstallation
    /// Whether the server is left running when a promise was not kept.
    public var keepsServer = false

    /// Options of a run whose server is removed in any case.
    public init(seed: UInt64, length: Duration, kills: Int, program: String, installation: ServerInstallation) {
        self.seed = seed
        self.length = length
        self.kills = kills
        self.program = program
        self.installation = installation
    }
}
