internal import Cronmill

/// The form that asks for tasks, with what was typed, whether or not that can be asked for.
struct TaskForm {
    let database: String
    /// The queues of its processors, to choose from.
    let queues: [String]
    /// What was typed, by name.
    let value: @Sendable (StaticString) -> String

    var html: HTML {
        let fields: [HTML] = [
            choice("queue", ["": "all"], queues),
            choice("state", ["": "waiting"], QueuedTask.State.allCases.map(\.rawValue)),
            field("tag", "tag"), field("key", "unique key"), field("group", "group"), field("sqlstate", "SQLSTATE"),
            field("age", "older than"), field("payload", "payload contains"),
        ]
        return """
            <form method="get" action="tasks" class="filter">
            <input type="hidden" name="db" value="\(database)">
            \(fields)
            <button>Show</button>
            </form>

            """
    }

    private func field(_ name: StaticString, _ label: HTML) -> HTML {
        """
        <label>\(label) <input name="\("\(name)")" value="\(value(name))" autocomplete="off" spellcheck="false"></label>

        """
    }

    private func choice(_ name: StaticString, _ first: KeyValuePairs<String, String>, _ others: [String]) -> HTML {
        let chosen = value(name)
        var seen: Set<String> = []
        let options = (first.map { ($0.key, $0.value) } + (others + [chosen]).map { ($0, $0) })
            .filter { seen.insert($0.0).inserted }
            .map { value, text -> HTML in
                "<option value=\"\(value)\"\(value == chosen ? " selected" : "")>\(text)</option>"
            }
        return "<label>\("\(name)") <select name=\"\("\(name)")\">\(options)</select></label>\n"
    }
}
