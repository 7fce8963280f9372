using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>Everything that Stripe keeps for the account. Used under the floor's lock.</summary>
internal sealed class StripeBooks(ApiFloor floor)
{
    // Some 5 kB each; Stripe keeps them for 30 days.
    private const int EventsKept = 20_000;

    public ApiFloor Floor { get; } = floor;
    public StripeShelf<ApiIntent> Intents { get; } = new("payment_intent");
    public StripeShelf<ApiRefund> Refunds { get; } = new("refund");
    public StripeShelf<ApiDispute> Disputes { get; } = new("dispute");
    public StripeShelf<ApiCustomer> Customers { get; } = new("customer");
    public StripeShelf<ApiMethod> Methods { get; } = new("PaymentMethod");
    public StripeShelf<ApiSetupIntent> SetupIntents { get; } = new("setupintent");
    public StripeShelf<StripeEventRecord> Events { get; } = new("event", EventsKept);

    /// <summary>By id: how the charge is written now. A failed one stays as it was.</summary>
    public Dictionary<string, Func<string>> Charges { get; } = [];

    public string NewId(string prefix) => Dice.StripeId(Floor.Random, prefix);

    public StripeStep StepOf(ApiRequest request) => new(this, request.Now, request.Tell, request.RequestId(), request.Key);

    /// <summary>A step that no request causes, after what such things take.</summary>
    public void Later(Action<StripeStep> what) =>
        Floor.Later(TimeSpan.FromMilliseconds(Floor.Faults["stripe"].Knobs.SettleMs), tell => what(StepOf(tell)));

    public StripeStep StepOf(Action<Telling> tell) => new(this, Floor.Time.GetUtcNow(), tell, requestId: null, key: null);

    /// <summary>Enters what the request did to the payment.</summary>
    public void Enter(ApiRequest request, ApiIntent intent, string outcome, string? partId, long amount) => Floor.Truth.Done(new Effect
    {
        Operation = request.Operation, Gateway = "stripe", Key = request.Key, Outcome = outcome, GatewayPaymentId = intent.Id,
        PaymentId = intent.Truth.PaymentId, PartId = partId, Amount = amount, Currency = intent.Truth.Currency.Code, At = request.Now,
    }, intent.Truth);

    /// <summary>The answer with the ids at these paths replaced by what they name.</summary>
    public ApiAnswer Answer(string body, IReadOnlyList<string> expand)
    {
        if (expand.Count == 0) return new ApiAnswer(200, body);
        var root = JsonNode.Parse(body)!;
        foreach (var path in expand) Expand(root, path.Split('.'), 0, path);
        return new ApiAnswer(200, root.ToJsonString());
    }

    private void Expand(JsonNode? node, string[] path, int at, string whole)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) Expand(item, path, at, whole);
            return;
        }
        if (node is null) return;
        if (node is not JsonObject members || !members.ContainsKey(path[at]))
            throw StripeErrors.Invalid(null, $"This property cannot be expanded ({whole}).", "expand");

        if (members[path[at]] is JsonValue value && value.TryGetValue<string>(out var id))
            members[path[at]] = WriteById(id) is { } text
                ? JsonNode.Parse(text)
                : throw StripeErrors.Invalid(null, $"This property cannot be expanded ({whole}).", "expand");
        if (at + 1 < path.Length) Expand(members[path[at]], path, at + 1, whole);
    }

    private string? WriteById(string id) => id[..(id.IndexOf('_', StringComparison.Ordinal) + 1)] switch
    {
        "ch_" => Charges.GetValueOrDefault(id)?.Invoke(),
        "pi_" => Intents.Find(id)?.Write(),
        "pm_" => Methods.Find(id)?.Write(),
        "cus_" => Customers.Find(id)?.Write(),
        "re_" => Refunds.Find(id)?.Write(),
        _ => null,
    };
}
