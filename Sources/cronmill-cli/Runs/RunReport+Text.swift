internal import Cronmill

extension RunReport {
    /// Says what was not looked at and what could not be seen.
    ///
    /// - Throws: `Failure.reported`, if a database could not be asked.
    func tell(_ connection: ConnectionOptions) throws {
        let status = remarks(connection)
        if status != .done { throw Failure.reported(status) }
    }

    func remarks(_ connection: ConnectionOptions) -> ExitStatus {
        let output = connection.output
        if isCut, !connection.quiet {
            let end = reachesTo.map { ", back to \($0.description)" } ?? ""
            output.note("the newest 100,000 runs of pg_cron's history were looked at\(end); --since says how far")
        }
        if isSwitchedOff == true { output.warn(RunReport.switchedOff) }
        return output.report(notVisible)
    }

    static let switchedOff = "cron.log_run is off: pg_cron keeps no history, so runs are not visible."
}

extension Output {
    /// Says which databases could not be asked for their counters, and why.
    func report(_ notVisible: [String: any Error]) -> ExitStatus {
        var status = ExitStatus.done
        for (database, error) in notVisible.sorted(by: { $0.key < $1.key }) {
            note("cronmill: database \(database), so its counters are not visible:")
            status = .worst(status, Failure.report(error, to: self))
        }
        return status
    }
}
