using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>What holds between the requests that were sent, the log's webhook records, and the inbox.</summary>
internal sealed class WebhookInvariants
{
    private readonly Dictionary<(string Gateway, string Account, string Key), InboxClaim> _claims;
    private readonly HashSet<(string Topic, int Partition, long Offset)> _dead;
    private readonly HashSet<(string Gateway, string Account, string Key)> _keysInLog = [];
    private readonly HashSet<(string Topic, int Partition, long Offset)> _claimedRecords = [];
    private readonly Dictionary<(string Gateway, string Account, string Sha256), int> _bodies = [];
    private readonly Tally _once = new("I2", "every event in the log is claimed exactly once");
    private readonly Tally _finished = new("I31", "nothing below the committed offset is unfinished");
    private long _records;
    private long _events;
    private long _unreadable;

    public WebhookInvariants(IEnumerable<InboxClaim> claims, IEnumerable<(string Topic, int Partition, long Offset)> dead)
    {
        _claims = claims.ToDictionary(claim => (claim.Gateway, claim.Account, claim.EventKey));
        _dead = [.. dead];
    }

    /// <param name="webhook">One record of the log.</param>
    /// <param name="committed">True when the group's stored offset has passed it.</param>
    public void Look(ScannedWebhook webhook, bool committed)
    {
        var at = (webhook.Record.Partition.Topic, webhook.Record.Partition.Number, webhook.Record.Offset);
        _records++;
        var body = (webhook.Gateway, webhook.Account, webhook.BodySha256);
        _bodies[body] = _bodies.GetValueOrDefault(body) + 1;
        if (!webhook.IsReadable) _unreadable++;
        var isDead = _dead.Contains(at);
        var finished = webhook.IsReadable || isDead;
        foreach (var gatewayEvent in webhook.Events)
        {
            _events++;
            var key = (webhook.Gateway, webhook.Account, gatewayEvent.Key);
            _keysInLog.Add(key);
            var claimed = _claims.TryGetValue(key, out var claim);
            if (claimed && (claim!.Topic, claim.Partition, claim.Offset) == at) _claimedRecords.Add(at);
            if (!claimed && !isDead) finished = false;
            if (committed) _once.Require(claimed || isDead, () =>
                $"{webhook.Gateway} {gatewayEvent.Key} at {webhook.Record.Partition}:{webhook.Record.Offset} has no inbox row");
        }
        if (committed) _finished.Require(finished, () =>
            $"{webhook.Record.Partition}:{webhook.Record.Offset} is below the committed offset and unfinished");
    }

    public IEnumerable<InvariantResult> Results(Truth? truth, IReadOnlyList<string> gaps)
    {
        yield return truth is null ? NoTruth("I1", "every accepted webhook is in the log") : AcceptedIsStored(truth);
        yield return _once.Result;
        yield return NoPhantom(truth);
        yield return Conservation();
        yield return Unskipped(gaps);
        yield return _finished.Result;
    }

    private InvariantResult AcceptedIsStored(Truth truth)
    {
        var tally = new Tally("I1", "every accepted webhook is in the log, byte for byte");
        foreach (var sent in truth.Webhooks().Where(sent => !sent.Forged && sent.Accepted > 0))
        {
            var copies = _bodies.GetValueOrDefault((sent.Gateway, sent.Account, sent.BodySha256));
            tally.Require(copies >= sent.Accepted, () =>
                $"{sent.Gateway} {sent.BodySha256} was accepted {sent.Accepted} times, the log has {copies}");
        }
        return tally.Result;
    }

    private InvariantResult NoPhantom(Truth? truth)
    {
        var tally = new Tally("I3", truth is null ? "every claim has its record in the log"
            : "every claim has its record, every record a genuine request");
        foreach (var (key, claim) in _claims)
        {
            var at = (claim.Topic, claim.Partition, claim.Offset);
            tally.Require(_claimedRecords.Contains(at) && _keysInLog.Contains(key) || _dead.Contains(at), () =>
                $"{claim.Gateway} {claim.EventKey} was claimed by {claim.Topic}/{claim.Partition}:{claim.Offset}, which does not hold it");
        }
        if (truth is null) return tally.Result;
        var genuine = truth.Webhooks().Where(sent => !sent.Forged).Select(sent => (sent.Gateway, sent.Account, sent.BodySha256))
            .ToHashSet();
        var forged = truth.Webhooks().Where(sent => sent.Forged).Select(sent => (sent.Gateway, sent.Account, sent.BodySha256)).ToHashSet();
        foreach (var body in _bodies.Keys)
            tally.Require(genuine.Contains(body) || !forged.Contains(body), () =>
                $"{body.Gateway} {body.Sha256} was forged and is in the log");
        return tally.Result;
    }

    private InvariantResult Conservation()
    {
        var tally = new Tally("I4", "log = applied + duplicate + ignored + parked + quarantined");
        var duplicates = _events - _keysInLog.Count;
        var claimed = _keysInLog.Count(_claims.ContainsKey);
        tally.Seen(_records);
        var deadOnly = _keysInLog.Count - claimed;
        if (deadOnly > _dead.Count || _unreadable > _dead.Count)
            tally.Violated($"{_events} events in {_records} records = {claimed} claimed + {duplicates} duplicates + {deadOnly} without a claim, but only {_dead.Count} dead letters; {_unreadable} records are unreadable");
        if (_claims.Count > claimed && _unreadable == 0)
            tally.Violated($"the inbox has {_claims.Count} claims, the log only {claimed} of their events");
        return tally.Result;
    }

    private InvariantResult Unskipped(IReadOnlyList<string> gaps)
    {
        var tally = new Tally("I26", "offsets have no gaps");
        tally.Seen(_records);
        foreach (var gap in gaps) tally.Violated(gap);
        return tally.Result;
    }

    public static InvariantResult NoTruth(string id, string claim) =>
        new(id, $"{claim}: not checked, there is no ground truth here", 0, 0, null);
}
