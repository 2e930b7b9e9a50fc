internal import Cronmill

/// Whom the same is shown.
struct Audience: Hashable {
    let filter: String
    let databases: Set<String>?
    let mayAct: Bool
    let acknowledges: AlarmRight
    let readsStatistics: Bool

    init(_ filter: Filter, _ viewer: Viewer) {
        (self.filter, databases) = (filter.text, viewer.databases)
        (mayAct, acknowledges) = (viewer.mayAct, viewer.acknowledges)
        readsStatistics = viewer.readsStatistics
    }
}
