using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// All objects of one concrete type that stand at one place of the plan. A step makes it with its type, count and source; the executor then resolves
/// every selected field once for the whole batch. A batch belongs to one column of one result: a step makes a new one each time it runs.
/// </summary>
/// <param name="type">The concrete type of all rows.</param>
/// <param name="count">The number of objects.</param>
/// <param name="source">What the fields' steps read the rows from: a <c>T[]</c>, a row set of a store; known to both sides by convention.</param>
public sealed class ObjectBatch(ObjectType type, int count, object source)
{
    /// <summary>The concrete type of all rows.</summary>
    public ObjectType Type { get; } = type;

    /// <summary>The number of objects.</summary>
    public int Count { get; } = count;

    /// <summary>What the fields' steps read from.</summary>
    public object Source { get; } = source;

    /// <summary>Fields that were begun before the objects were known (<see cref="StepContext.Foresee"/>); null if none were.</summary>
    public ForeseenFields? Foreseen { get; init; }

    /// <summary>What is selected on the objects; set by the executor.</summary>
    public PlannedSelectionSet Selections { get; internal set; } = null!;

    /// <summary>Where the executor keeps the results of the selected fields: the first slot, and how many.</summary>
    internal (int First, int Count) Slots { get; set; }

    /// <summary>
    /// Some of the objects as a batch of their own, so that only they are resolved; null if the source cannot be divided: it is neither an array nor an <see cref="IDivisibleSource"/>.
    /// </summary>
    internal ObjectBatch? Take(int[] rows) => Source switch
    {
        IDivisibleSource divisible => new ObjectBatch(Type, rows.Length, divisible.Take(rows)),
        Array array => new ObjectBatch(Type, rows.Length, Gather(array, rows)),
        _ => null,
    };

    private static Array Gather(Array all, int[] rows)
    {
        var some = Array.CreateInstance(all.GetType().GetElementType()!, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            Array.Copy(all, rows[i], some, i, 1);
        }

        return some;
    }

    /// <summary>A batch over an array of CLR objects: the source that <see cref="FieldResolver.FromSource{TSource, TValue}(Func{TSource, TValue})"/> reads.</summary>
    /// <typeparam name="T">The CLR type that the object type is bound to.</typeparam>
    /// <param name="type">The concrete type of all rows.</param>
    /// <param name="rows">The objects, none null.</param>
    public static ObjectBatch Of<T>(ObjectType type, params T[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ObjectBatch(type, rows.Length, rows);
    }
}
