using System.Collections.Frozen;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// Looks at the cluster once a second, so that an append to a partition that nobody leads (or that has too few copies in
/// sync) is refused at once instead of after the message timeout.
/// </summary>
internal sealed class ClusterWatch : IAsyncDisposable
{
    private static readonly TimeSpan pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    private readonly ProducerLanes producers;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly IAdminClient admin;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim looking = new(1, 1);
    private readonly Task loop;
    private volatile FrozenDictionary<string, int> copiesNeeded = FrozenDictionary<string, int>.Empty;
    private volatile View view = View.Unknown;

    public ClusterWatch(ClientSettings settings, ProducerLanes producers, TimeProvider time, ILogger logger)
    {
        (this.producers, this.time, this.logger) = (producers, time, logger);
        admin = new AdminClientBuilder(settings.Admin())
            .SetLogHandler((_, line) => ClientLog.Write(logger, line))
            .SetErrorHandler((_, error) => Log.ClientDebug(logger, "watch", error.Reason))
            .Build();
        loop = Task.Run(WatchAsync);
    }

    /// <summary>Null when the partition takes records as far as is known.</summary>
    public string? WhyNot(string topic, int partition)
    {
        var seen = view;
        if (seen.Troubles is null) return seen.Problem;
        return seen.Troubles.GetValueOrDefault(new TopicPartition(topic, partition));
    }

    /// <param name="needed">min.insync.replicas by topic.</param>
    public void Expect(IReadOnlyDictionary<string, int> needed) =>
        copiesNeeded = copiesNeeded.Concat(needed.Where(pair => !copiesNeeded.ContainsKey(pair.Key))).ToFrozenDictionary();

    /// <summary>As of the last look, a second ago at most; null when all expected partitions take records.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        if (ReferenceEquals(view, View.Unknown)) await LookAsync(cancellationToken);
        return view.Problem;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        admin.Dispose();
        looking.Dispose();
        stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(pace, time);
        do await LookAsync(stopping.Token);
        while (await timer.WaitForNextTickAsync(stopping.Token));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await looking.WaitAsync(cancellationToken);
        try
        {
            var before = view.Problem;
            view = await Task.Run(Look, CancellationToken.None);
            if (view.Problem is { } problem && before is null) Log.ClusterTroubled(logger, problem);
            if (view.Problem is null && before is not null) Log.ClusterWell(logger);
        }
        finally
        {
            looking.Release();
        }
    }

    private View Look()
    {
        try
        {
            return Judge(admin.GetMetadata(patience));
        }
        catch (KafkaException e)
        {
            // A busy machine may delay this question while appends are well: their acknowledgements prove more.
            if (producers.SinceAcknowledged < patience) return view;
            return new View($"no broker answers ({e.Error.Code})", null);
        }
    }

    private View Judge(Metadata metadata)
    {
        var needed = copiesNeeded;
        var troubles = new Dictionary<TopicPartition, string>();
        foreach (var topic in metadata.Topics)
        {
            foreach (var partition in topic.Partitions)
                if (TroubleOf(partition, needed.GetValueOrDefault(topic.Topic, 1)) is { } trouble)
                    troubles[new TopicPartition(topic.Topic, partition.PartitionId)] = $"{topic.Topic}/{partition.PartitionId} {trouble}";
        }
        if (troubles.Count == 0) return View.Well;
        // Health speaks of our topics only; an append is refused wherever it goes.
        var ours = troubles.Where(pair => needed.ContainsKey(pair.Key.Topic)).Select(pair => pair.Value).ToList();
        return new View(ours.Count == 0 ? null : $"{ours[0]} ({ours.Count} such partitions)", troubles.ToFrozenDictionary());
    }

    private static string? TroubleOf(PartitionMetadata partition, int copiesAsked)
    {
        if (partition.Leader < 0) return "has no leader";
        // The brokers do not ask for more copies than the partition has, either.
        var copies = Math.Min(copiesAsked, partition.Replicas.Length);
        return partition.InSyncReplicas.Length < copies ? $"has {partition.InSyncReplicas.Length} of {copies} copies in sync" : null;
    }

    /// <param name="problem">What health reports.</param>
    /// <param name="troubles">By partition; null when the problem is everybody's, or there is none.</param>
    private sealed class View(string? problem, FrozenDictionary<TopicPartition, string>? troubles)
    {
        public static readonly View Unknown = new(null, null);
        public static readonly View Well = new(null, null);

        public string? Problem => problem;

        public FrozenDictionary<TopicPartition, string>? Troubles => troubles;
    }
}
