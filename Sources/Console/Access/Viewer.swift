internal import Cronmill

/// A person who is logged in.
struct Viewer: Sendable {
    /// The role that he acts as, to be shown.
    let role: String
    /// His own way to the databases: what he asks for or does goes through short connections of his, and the databases
    /// decide.
    let deployment: Deployment
    /// Whether pages offer actions.
    var mayAct: Bool
    /// What forms send back in `token`, to show that they are of a page that this session was given.
    let token: String
    /// Work databases of the snapshot that he may see; nil is all.
    var databases: Set<String>?
    /// Whether he may see other people's sessions, and replication, as far as the console's role may.
    var readsStatistics = true
    /// Which alarms pages offer him to acknowledge.
    var acknowledges = AlarmRight.all

    func offersToAcknowledge(_ alarm: Alarm) -> Bool { mayAct && acknowledges.covers(alarm) }

    func sees(_ database: String) -> Bool { databases?.contains(database) ?? true }
}
