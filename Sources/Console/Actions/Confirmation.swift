internal import Cronmill
internal import Postgres

/// The page that says what an action will be done to, and asks.
struct Confirmation {
    let deed: Deed
    let viewer: Viewer
    /// How much it would be done to.
    let count: Int
    /// The address of the form, relative.
    let address: String
    let back: String
    /// Why it is asked again.
    var remark: String?

    var page: HTML {
        let heading = "\(deed.action.verb): \(amount)"
        let facts = [("server", server)] + deed.target.facts + [("role", viewer.role)]
        let rows = facts.map { fact in "<div><dt>\(fact.0)</dt><dd><bdi>\(fact.1)</bdi></dd></div>" as HTML }
        let remark: HTML = remark.map { "<p role=\"alert\">\($0)</p>" } ?? ""
        return Page.whole(
            title: heading,
            """
            <main class="problem"><h1>\(heading)</h1>
            \(remark)
            <dl class="facts">\(rows)</dl>
            \(count == 0 ? "" : form)
            <p><a href="\(back)">Back, and change nothing</a></p>
            <p>On the command line: <code>\(deed.target.command(deed.action))</code></p>
            </main>
            """
        )
    }

    private var form: HTML {
        """
        <form method="post" action="\(address)">
        <input type="hidden" name="token" value="\(viewer.token)">
        <input type="hidden" name="count" value="\(count)">
        <button>\(deed.action.verb) \(amount)</button>
        </form>
        """
    }

    private var amount: String {
        switch deed.target {
        case .processor: count == 0 ? "nothing, it is so already" : "1 processor"
        case .alarm: count == 0 ? "nothing, it is so already" : "1 alarm"
        case .deadTasks: count.deadTasks
        case .task where deed.action == .cancel: count == 0 ? "nothing, it waits no more" : "1 task"
        case .task: count.deadTasks
        }
    }

    /// Where the database is, as it was asked for.
    private var server: String {
        let deployment = viewer.deployment
        let target = deed.target.database.map { deployment.exceptions[$0] ?? deployment.work } ?? deployment.cron
        let defaults = ConnectionInfo.defaults
        func value(_ keyword: String) -> String? { target[keyword] ?? defaults[keyword] }
        if target["host"] == nil, target["hostaddr"] == nil, let service = value("service") { return service }
        return "\(value("host") ?? value("hostaddr") ?? "this machine"), port \(value("port") ?? "5432")"
    }
}
