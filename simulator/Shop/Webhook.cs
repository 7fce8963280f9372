using System.Security.Cryptography;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>Why a webhook is not authentic.</summary>
internal enum Forgery { None, WrongSecret, ChangedBody, ExpiredTime, NoSignature }

/// <summary>One request that a gateway makes, perhaps several times: the same bytes each time.</summary>
internal sealed class Webhook
{
    private readonly List<long> _sentAt = [];
    private readonly List<long> _acceptedAt = [];
    private int _copiesOpen;
    private bool _isNew = true;
    private WebhookAnswer _worst = WebhookAnswer.Accepted;

    public required string Gateway { get; init; }
    public required string Account { get; init; }
    public required IReadOnlyList<Telling> Tellings { get; init; }
    public required byte[] Body { get; init; }
    public Forgery Forgery { get; init; }

    /// <summary>Headers that stay the same for each delivery. Stripe's signature is made at delivery instead.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; set; } = [];

    /// <summary>How often it is delivered; 0 when it is dropped.</summary>
    public int Copies { get; private set; }
    public bool IsDropped => Copies == 0;

    /// <summary>The status of the last answer; 0 when none came.</summary>
    public int LastStatus { get; private set; }
    public IReadOnlyList<long> SentAt => _sentAt;
    public IReadOnlyList<long> AcceptedAt => _acceptedAt;
    public byte[] Sha256 => SHA256.HashData(Body);

    /// <summary>What it came to: accepted when any copy was, else why not.</summary>
    public WebhookAnswer Answer => IsDropped ? WebhookAnswer.Dropped : _acceptedAt.Count > 0 ? WebhookAnswer.Accepted : _worst;

    /// <summary>True for the first delivery only.</summary>
    public bool TakeFirst() => _isNew && !(_isNew = false);

    public void Plan(int copies) => Copies = _copiesOpen = copies;

    public void Sent(long unixMs)
    {
        lock (_sentAt) _sentAt.Add(unixMs);
    }

    /// <summary>One copy is settled; true when it was the last.</summary>
    public bool Settle(WebhookAnswer answer, int status, long unixMs)
    {
        lock (_sentAt)
        {
            LastStatus = status;
            if (answer == WebhookAnswer.Accepted) _acceptedAt.Add(unixMs);
            else _worst = answer;
            return --_copiesOpen == 0;
        }
    }
}
