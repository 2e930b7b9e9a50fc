internal import Cronmill

extension Table {
    /// Tasks, for people; dead and retrying ones with their errors, others with their payloads.
    init(_ tasks: [QueuedTask], state: QueuedTask.State?) {
        let showsError = state == .dead || state == .retrying
        let time =
            switch state {
            case .dead: "failed at"
            case .done: "done at"
            case nil, .ready, .scheduled, .retrying: "run at"
            }
        let times = TimeColumn(tasks.map { $0.time(state) })
        let showsTags = tasks.contains { !$0.tags.isEmpty }
        self.init(
            columns: [
                Column("database"), Column("queue"), Column("task", alignment: .right), Column("state"),
                Column("priority", alignment: .right, whenNarrow: .goes),
                Column("attempts", alignment: .right, whenNarrow: showsError ? .stays : .goes), times.column(time),
            ] + (showsTags ? [Column("tags", whenNarrow: .goes)] : [])
                + [Column(showsError ? "error" : "payload", shrinks: true)]
        )
        for task in tasks {
            let error = task.failure.map { "\($0.sqlState): \($0.message.firstLine)" } ?? ""
            append(
                [
                    Cell(task.database), Cell(task.queue), Cell(String(task.id)),
                    Cell(task.state.rawValue, style: task.state.style), Cell(String(task.priority)),
                    Cell(String(task.attempts)), Cell(times.text(task.time(state))),
                ] + (showsTags ? [Cell(task.tags.joined(separator: ", "))] : [])
                    + [Cell(String((showsError ? error : task.payload ?? "").prefix(500)))]
            )
        }
    }
}

extension QueuedTask.State {
    fileprivate var style: Style? {
        switch self {
        case .ready, .scheduled: nil
        case .retrying: .yellow
        case .dead: .red
        case .done: .green
        }
    }
}

extension QueuedTask {
    /// The time a list of tasks in this state is about.
    fileprivate func time(_ state: State?) -> ServerTime {
        switch state {
        case .dead: failure?.failedAt ?? runAt
        case .done: finishedAt ?? runAt
        case nil, .ready, .scheduled, .retrying: runAt
        }
    }

    /// All there is to say, for people: a line each, texts of several lines indented below their names.
    var whole: String {
        let lines: [(String, String?)] = [
            ("database", database), ("queue", queue), ("task", String(id)), ("state", state.rawValue),
            ("priority", String(priority)), ("attempts", String(attempts)), ("enqueued at", enqueuedAt.description),
            ("run at", runAt.description), ("began at", beganAt?.description), ("done at", finishedAt?.description),
            ("unique key", uniqueKey), ("group key", groupKey),
            ("tags", tags.isEmpty ? nil : tags.joined(separator: ", ")), ("timeout", timeout?.roundTripText),
            ("max attempts", maxAttempts.map(String.init)), ("failed at", failure?.failedAt?.description),
            ("error", failure.map { "\($0.sqlState): \($0.message)" }), ("detail", failure?.detail),
            ("hint", failure?.hint), ("context", failure?.context), ("payload", payload.map(JSON.pretty)),
        ]
        let text = lines.compactMap { name, text in
            text.map { text in
                let parts = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                    .map { String($0).controlsEscaped }
                let padded = name + String(repeating: " ", count: 14 - name.count)
                return parts.count == 1
                    ? "\(padded)\(parts[0])\n" : "\(name)\n" + parts.map { "  \($0)\n" }.joined()
            }
        }.joined()
        return text + failures
    }

    /// A line for each attempt that failed, below their name.
    private var failures: String {
        guard let failedAttempts, !failedAttempts.isEmpty else { return "" }
        return "failures\n"
            + failedAttempts.enumerated().map { place, failed in
                // They are counted anew.
                let isAnew = place > 0 && failed.attempt <= failedAttempts[place - 1].attempt
                let time = "\(failed.failedAt.description), \(failed.duration?.shortText ?? "-")"
                return (isAnew ? "  put back\n" : "")
                    + "  \(failed.attempt): \(time), \(failed.sqlState): \(failed.message)".controlsEscaped + "\n"
            }.joined()
    }

    var json: JSON {
        let members = members
        guard let failedAttempts else { return .object(members) }
        return .object(members + [JSON.Member(name: "failed_attempts", value: .array(failedAttempts.map(\.json)))])
    }

    private var members: [JSON.Member] {
        let json: JSON = [
            "database": .string(database), "queue": .string(queue), "task_id": .integer(id),
            "state": .string(state.rawValue), "priority": .integer(Int64(priority)),
            "attempts": .integer(Int64(attempts)), "enqueued_at": .string(enqueuedAt.iso8601),
            "run_at": .string(runAt.iso8601), "began_at": JSON(beganAt?.iso8601),
            "finished_at": JSON(finishedAt?.iso8601), "unique_key": JSON(uniqueKey), "group_key": JSON(groupKey),
            "tags": .array(tags.map(JSON.string)),
            "timeout_seconds": timeout.map { .number($0.inSeconds) } ?? .null,
            "max_attempts": JSON(maxAttempts.map(Int64.init)), "payload": payload.map(JSON.verbatim) ?? .null,
            "error": failure.map { failure in
                [
                    "failed_at": JSON(failure.failedAt?.iso8601), "sqlstate": .string(failure.sqlState),
                    "message": .string(failure.message), "detail": JSON(failure.detail), "hint": JSON(failure.hint),
                    "context": JSON(failure.context),
                ]
            } ?? .null,
        ]
        guard case .object(let members) = json else { return [] }
        return members
    }
}

extension QueuedTask.FailedAttempt {
    fileprivate var json: JSON {
        [
            "attempt": .integer(Int64(attempt)), "began_at": JSON(beganAt?.iso8601),
            "failed_at": .string(failedAt.iso8601), "seconds": duration.map { .number($0.inSeconds) } ?? .null,
            "sqlstate": .string(sqlState), "message": .string(message), "run_id": JSON(run),
        ]
    }
}

extension CSV {
    /// Tasks, with the columns that JSON has.
    init(_ tasks: [QueuedTask]) {
        self.init(columns: [
            "database", "queue", "task_id", "state", "priority", "attempts", "enqueued_at", "run_at", "began_at",
            "finished_at", "unique_key", "group_key", "timeout_seconds", "max_attempts", "payload", "failed_at",
            "error_sqlstate", "error_message", "error_detail", "error_hint", "error_context", "tags",
        ])
        for task in tasks {
            append([
                task.database, task.queue, String(task.id), task.state.rawValue, String(task.priority),
                String(task.attempts), task.enqueuedAt.iso8601, task.runAt.iso8601, task.beganAt?.iso8601,
                task.finishedAt?.iso8601, task.uniqueKey, task.groupKey,
                task.timeout.map { String($0.inSeconds) }, task.maxAttempts.map(String.init), task.payload,
                task.failure?.failedAt?.iso8601, task.failure?.sqlState, task.failure?.message,
                task.failure?.detail, task.failure?.hint, task.failure?.context,
                task.tags.isEmpty ? nil : String(JSON.array(task.tags.map(JSON.string)).lineText.dropLast()),
            ])
        }
    }
}
