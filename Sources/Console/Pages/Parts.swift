internal import Cronmill

/// Parts that pages of databases and processors share.
struct Parts {
    let database: String
    let viewer: Viewer

    // MARK: Statistics

    /// How long tasks waited and took in the last hour, as honest as the counters are: upper bounds, powers of two.
    func statistics(_ report: StatisticsReport) -> HTML {
        var grid = Grid(
            "The last hour. p95: 95 of 100 tasks did not wait or take longer; such a bound is up to twice too high. "
                + "A failed run broke off; tasks that fail in a run are retried or dead.",
            [
                "processor", "done", "retried", "dead", "waited p50", "waited p95", "waited p99", "worked p50",
                "worked p95",
                "worked p99", "runs", "failed runs", "longest run",
            ]
        )
        var notes: [HTML] = report.notVisible.sorted { $0.key < $1.key }.map { database, error in
            "<p class=\"bad\">Tasks of <bdi>\(database)</bdi> are not visible. \(Problem(error).detail)</p>"
        }
        for row in report.rows where row.database == database {
            guard let tasks = row.tasks else { continue }
            let bounds = [tasks.waited, tasks.worked].flatMap { times in
                [0.5, 0.95, 0.99].map { times.boundText(of: $0).map { "\($0)" as HTML } ?? "" }
            }
            let runs: [HTML] =
                row.runs.map {
                    ["\($0.count.grouped)", "\($0.failures.grouped)", "\($0.longest?.shortText ?? "")"]
                } ?? ["", "", ""]
            grid.append(
                [
                    .name(row.processor, Link.processor(row.processor, in: database)), "\(tasks.counts.done.grouped)",
                    "\(tasks.counts.retried.grouped)", "\(tasks.counts.dead.grouped)",
                ] + bounds + runs,
                style: tasks.counts.dead > 0 ? "bad" : ""
            )
            if tasks.lostRuns > 0 {
                notes.append(
                    "<p>Runs of <bdi>\(row.processor)</bdi> were killed: its counts are lower bounds.</p>"
                )
            }
        }
        let table = grid.isEmpty ? (notes.isEmpty ? "<p>No task in the last hour.</p>" : "") : grid.html
        return HTML([table] + notes)
    }

    // MARK: Dead tasks

    /// Dead tasks by what they died of.
    ///
    /// - Parameters:
    ///   - processors: of a queue the processor that does its tasks.
    ///   - page: the address of the page they are on, for what leads back.
    func dead(_ found: DeadTaskGroups, processors: [String: String], on page: String) -> HTML {
        guard !found.groups.isEmpty else { return "<p>None.</p>" }
        let items = found.groups.map { group -> HTML in
            let processor = processors[group.queue]
            let tasks = Link.tasks(database, queue: group.queue, state: "dead", sqlState: group.sqlState)
            let all = processor.map { redrive(group, processor: $0, from: page) } ?? ""
            let messages = group.messages.map { message -> HTML in
                let some = group.messageCount > 1 ? processor : nil
                let action = some.map { redrive(group, message.text, processor: $0, from: page) } ?? ""
                return "<li>\(message.count.grouped): <bdi>\(message.text.firstLine)</bdi> <span>\(action)</span></li>"
            }
            let others = group.messageCount - group.messages.count
            let rest: HTML = others == 0 ? "" : "<li>\(others.grouped) more messages</li>"
            return """
                <li><a href="\(tasks)">\(group.count.grouped)</a> <bdi>\(group.queue)</bdi> <code>\(group.sqlState)</code>
                <small>\(group.firstAt.text) to \(group.lastAt.description)</small>
                <span>\(all)</span>
                <ul class="messages">\(messages)\(rest)</ul></li>

                """
        }
        var notes: [HTML] = []
        if found.total > found.groups.count {
            notes.append("<p>\(found.total - found.groups.count) more groups are smaller.</p>")
        }
        if found.lookedAt >= DeadTaskGroups.most {
            notes.append("<p>Of each queue the first \(DeadTaskGroups.most.grouped) were looked at.</p>")
        }
        return "<ul class=\"groups\">\(items)</ul>\(notes)"
    }

    /// - Parameter message: of which of them; nil is all of the group.
    private func redrive(
        _ group: DeadTaskGroup,
        _ message: String? = nil,
        processor: String,
        from page: String
    ) -> HTML {
        // What an address holds: it is looked for in messages.
        var message = message
        while let text = message, text.utf8.count > 400 { message = String(text.prefix(text.count / 2)) }
        if message?.isEmpty == true { message = nil }
        let target = Target.deadTasks(
            database: database,
            processor: processor,
            sqlState: group.sqlState,
            message: message
        )
        let address = Link.to(
            "redrive",
            ["db": database, "processor": processor, "sqlstate": group.sqlState, "message": message, "back": page]
        )
        let words: HTML = message == nil ? "Redrive all of \(group.sqlState)" : "Redrive"
        return .action(words, address, target.command(.redrive), mayAct: viewer.mayAct)
    }

    // MARK: Runs

    /// Runs, the newest first.
    func runs(_ report: RunReport) -> HTML {
        if report.isSwitchedOff == true { return "<p>cron.log_run is off: pg_cron keeps no history.</p>" }
        guard let zone = report.runs.compactMap(\.startedAt).first?.zone else { return "<p>None.</p>" }
        var grid = Grid(
            "Times are of \(zone).",
            ["started at", "processor", "slot", "status", "took", "done", "retried", "dead", "message"]
        )
        for run in report.runs {
            let counts: [HTML] =
                switch run.tasks {
                case .counted(let counts): ["\(counts.done)", "\(counts.retried)", "\(counts.dead)"]
                case .none: ["", "", ""]
                case .notVisible: ["not visible", "", ""]
                }
            grid.append(
                [
                    "\(run.startedAt?.text ?? "")", "<bdi>\(run.processor ?? run.jobName ?? "")</bdi>",
                    run.slot.map { "\($0)" } ?? "", "\(run.outcome.word)", "\(run.duration?.shortText ?? "")",
                ] + counts + ["<bdi>\(run.shownMessage)</bdi>"],
                style: run.outcome.style
            )
        }
        return grid.html
    }
}

extension Run.Outcome {
    /// The class of what shows it, beside the word.
    var style: HTML {
        switch status {
        case .starting, .running, .succeeded: hasFailures ? "odd" : ""
        case .stopped: "odd"
        case .failed, .gone: "bad"
        }
    }
}
