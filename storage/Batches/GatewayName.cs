namespace PaymentPipeline.Storage.Batches;

/// <summary>A name that a gateway gave: an event key, an alias, a delivery id, a token. Unique within gateway and account.</summary>
internal readonly record struct GatewayName(string Gateway, string Account, string Name);
