using System.Text.Json;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// What is true of one thing at a gateway (a payment, a stored method, a payout), whoever hears of it. Written as one line
/// when the last of its webhooks is settled: accepted, dropped on purpose, or given up.
/// </summary>
internal abstract class TruthRecord
{
    private int _open;
    private int _told;

    public required string Gateway { get; init; }
    public required string Account { get; init; }

    /// <summary>Webhooks that this run drops on purpose, and those that nobody took in time.</summary>
    public int Dropped { get; private set; }
    public int Undelivered { get; private set; }

    /// <summary>The file in the truth folder: "payments.jsonl".</summary>
    public abstract string File { get; }

    /// <summary>No webhook about it is under way.</summary>
    public bool IsSettled => _open == 0;

    public void Promise() => (_open, _told) = (_open + 1, _told + 1);

    /// <summary>Settles one webhook; true when it was the last. Callers hold the lock of the truth folder.</summary>
    public bool Settle(WebhookAnswer answer)
    {
        if (answer == WebhookAnswer.Dropped) Dropped++;
        else if (answer != WebhookAnswer.Accepted) Undelivered++;
        return --_open == 0;
    }

    /// <summary>The run was stopped: the webhooks still open will not come.</summary>
    public void GiveUp() => (Undelivered, _open) = (Undelivered + _open, 0);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("gateway", Gateway);
        json.WriteString("account", Account);
        WriteMembers(json);
        json.WriteNumber("webhooks", _told);
        json.WriteNumber("dropped", Dropped);
        json.WriteNumber("undelivered", Undelivered);
        json.WriteBoolean("complete", Dropped == 0 && Undelivered == 0);
        json.WriteEndObject();
    }

    protected abstract void WriteMembers(Utf8JsonWriter json);
}

/// <summary>How a webhook ended. Refused: answered 4xx again and again. Undelivered: nobody took it in time.</summary>
internal enum WebhookAnswer { Accepted, Refused, Undelivered, Dropped }
