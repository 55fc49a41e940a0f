namespace AnalyticsGraph.GraphQL.Execution;

public abstract partial class FieldResolver
{
    /// <summary>
    /// A field that is a function of its parent's CLR object. The column follows from the field's type and <typeparamref name="TValue"/>: numbers, strings, booleans, GUIDs,
    /// dates, durations, JSON, CLR enums, their nullable forms, any <see cref="IEnumerable{T}"/> as a list, classes as objects, and for an interface or union the object type that
    /// the value's class is bound to.
    /// </summary>
    /// <typeparam name="TSource">What the parent batch's <see cref="ObjectBatch.Source"/> is an array of.</typeparam>
    /// <typeparam name="TValue">The CLR type of the value.</typeparam>
    /// <param name="read">Reads the value. A <see cref="Errors.GraphQLException"/> is the error of that row alone.</param>
    public static FieldResolver FromSource<TSource, TValue>(Func<TSource, TValue> read) => new SourceResolver<TSource, TValue>(read);

    /// <summary>Like <see cref="FromSource{TSource, TValue}(Func{TSource, TValue})"/> for a field with arguments.</summary>
    /// <typeparam name="TSource">What the parent batch's <see cref="ObjectBatch.Source"/> is an array of.</typeparam>
    /// <typeparam name="TValue">The CLR type of the value.</typeparam>
    /// <param name="read">Reads the value.</param>
    public static FieldResolver FromSource<TSource, TValue>(Func<TSource, StepContext, TValue> read) => new SourceContextResolver<TSource, TValue>(read);

    /// <summary>A field that is resolved for all parents of a level at once, with a column of its own making.</summary>
    /// <param name="resolve">Yields a column with one row for each parent.</param>
    public static FieldResolver FromBatch(Func<ObjectBatch, StepContext, ValueTask<Column>> resolve) => new BatchResolver(resolve);

    /// <summary>A field with one value for the request: mutations, look-ups of a root type. The column follows from <typeparamref name="TValue"/> as for a source.</summary>
    /// <typeparam name="TValue">The CLR type of the value.</typeparam>
    /// <param name="resolve">Yields the value; runs once, whatever the number of parents.</param>
    public static FieldResolver FromRequest<TValue>(Func<StepContext, ValueTask<TValue>> resolve) => new RequestResolver<TValue>(resolve);

    /// <summary>A root field of a subscription, whose value is the event. The column follows from <typeparamref name="TEvent"/> as for a source.</summary>
    /// <typeparam name="TEvent">The CLR type of the events.</typeparam>
    /// <param name="open">Opens the stream, see <see cref="SourceStreamResolver.OpenAsync"/>; it is enumerated once.</param>
    public static SourceStreamResolver FromEvents<TEvent>(Func<StepContext, ValueTask<IAsyncEnumerable<TEvent>>> open) => new EventResolver<TEvent>(open);
}
