internal import Cronmill

/// Tasks of a work database, a page at a time.
struct TasksPage {
    let query: TaskQuery
    let found: TaskPage
    let form: TaskForm
    let viewer: Viewer

    private var showsErrors: Bool { query.request.state == .dead || query.request.state == .retrying }

    var html: HTML {
        Page.view(
            title: "Tasks",
            trail: [.name(query.database, Link.database(query.database))],
            role: viewer.role,
            "\(form.html)\(list)\(end)\(command)"
        )
    }

    // MARK: The list

    private var list: HTML {
        guard !found.entries.isEmpty else {
            return found.isCut ? "<p>None of those looked at is like that.</p>" : "<p>None.</p>"
        }
        let zone = found.entries[0].task.runAt.zone
        let time =
            switch query.request.state {
            case .dead: "failed at"
            case .done: "done at"
            case nil, .ready, .scheduled, .retrying: "run at"
            }
        var grid = Grid(
            "Times are of \(zone).",
            ["task", "queue", "state", "priority", "attempts", time, "tags", showsErrors ? "error" : "payload"]
        )
        for entry in found.entries {
            let task = entry.task
            grid.append(
                [
                    "<a href=\"\(Link.task(task.id, in: task.database))\">\(String(task.id))</a>",
                    "<bdi class=\"narrow\">\(task.queue)</bdi>", "\(task.state.rawValue)", "\(task.priority)",
                    "\(task.attempts)",
                    "<span class=\"whole\">\(when(task).text)</span>",
                    HTML(task.tags.map { "<bdi>\($0)</bdi>" }, separator: ", "),
                    showsErrors ? error(task) : payload(entry),
                ],
                style: task.state.style
            )
        }
        return grid.html
    }

    private func when(_ task: QueuedTask) -> ServerTime {
        switch query.request.state {
        case .dead: task.failure?.failedAt ?? task.runAt
        case .done: task.finishedAt ?? task.runAt
        case nil, .ready, .scheduled, .retrying: task.runAt
        }
    }

    private func error(_ task: QueuedTask) -> HTML {
        task.failure.map { "<code>\($0.sqlState)</code> <bdi>\($0.message.firstLine)</bdi>" } ?? ""
    }

    private func payload(_ entry: TaskPage.Entry) -> HTML {
        guard found.showsPayloads else { return "<small>not visible</small>" }
        let more: HTML = entry.isPayloadCut ? " <small>and more</small>" : ""
        return "<code><bdi>\(entry.task.payload ?? "")</bdi></code>\(more)"
    }

    /// Where to go on.
    private var end: HTML {
        guard let next = found.next else { return "" }
        let words: HTML = found.isCut ? "Look further" : "Next page"
        let note: HTML =
            found.isCut ? "<small>\(TaskPage.mostLookedAt.grouped) tasks were looked at; more may fit.</small>" : ""
        return "<p class=\"pages\"><a rel=\"next\" href=\"\(query.address(after: next))\">\(words)</a> \(note)</p>\n"
    }

    /// The same on the command line, where it has that.
    private var command: HTML {
        let request = query.request
        guard request.uniqueKey == nil, request.groupKey == nil, request.age == nil else { return "" }
        let words =
            ["cronmill tasks", "--database \(query.database.shellWord)"]
            + [
                request.queue.map { "--queue \($0.shellWord)" }, request.state.map { "--state \($0.rawValue)" },
                request.sqlState.map { "--sqlstate \($0)" },
                request.search.tagsAll.first.map { "--tag \($0.shellWord)" },
                request.search.payload.map { "--payload \($0.shellWord)" },
            ].compactMap { $0 }
        return "<p>\(HTML.command(words.joined(separator: " ")))</p>"
    }
}

extension QueuedTask.State {
    /// The class of what shows it, beside the word.
    var style: HTML {
        switch self {
        case .ready, .scheduled: ""
        case .retrying: "odd"
        case .dead: "bad"
        case .done: "good"
        }
    }
}
