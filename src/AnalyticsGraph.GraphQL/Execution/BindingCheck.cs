using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Finds the resolver of every field, and everything that is wrong.</summary>
internal sealed class BindingCheck(Schema schema, SchemaBindings bindings)
{
    public List<string> Faults { get; } = [];

    public Dictionary<FieldDefinition, FieldResolver> Resolvers { get; } = [];

    public ClrTypes ClrTypes { get; private set; } = ClrTypes.None;

    public void Run()
    {
        ClrTypes = new ClrTypes(FindTypes());
        SetColumnTypes();
        foreach (var entry in bindings.Fields)
        {
            AddField(entry);
        }

        foreach (var type in FindReachable())
        {
            foreach (var field in type.Fields.Values)
            {
                if (!Resolvers.TryGetValue(field, out var resolver))
                {
                    resolver = AddProperty(type, field);
                }

                if (resolver is not null && type == schema.Subscription != resolver is SourceStreamResolver)
                {
                    Faults.Add(type == schema.Subscription ? $"{field} has a resolver that opens no stream of events." : $"{field} has a resolver for subscriptions.");
                }
                else if (resolver?.FindFault(field, ClrTypes) is { } fault)
                {
                    Faults.Add($"{field} {fault}.");
                }
            }
        }
    }

    private void SetColumnTypes()
    {
        foreach (var name in bindings.ColumnTypes)
        {
            if (schema.Types.GetValueOrDefault(name) is not InputObjectType type)
            {
                Faults.Add($"{name} is to be read in columns, and is no input object type of the schema.");
            }
            else if (InputColumns.FindFault(type) is { } fault)
            {
                Faults.Add($"{name} is to be read in columns, and {fault}.");
            }
            else if (FindDefault(type) is { } value)
            {
                Faults.Add($"{name} is to be read in columns, and the default of {value.Name} has a list of it.");
            }
            else
            {
                type.IsReadInColumns = true;
            }
        }
    }

    /// <summary>A default that was coerced already, with a list of the type in it.</summary>
    private InputValueDefinition? FindDefault(InputObjectType type) => schema.Types.Values
        .SelectMany(owner => owner switch
        {
            ComplexType complex => complex.Fields.Values.SelectMany(field => field.Arguments.Values),
            InputObjectType input => input.Fields.Values,
            _ => [],
        })
        .FirstOrDefault(value => value.HasDefault && HasListOf(type, value.Type, value.DefaultValue));

    private static bool HasListOf(InputObjectType type, GraphQLType of, object? value) => (of.Nullable, value) switch
    {
        (ListType list, object?[] items) => list.ItemType.Nullable == type || Array.Exists(items, item => HasListOf(type, list.ItemType, item)),
        (InputObjectType input, ArgumentValues fields) => fields.Values.ToArray().Any(field => HasListOf(type, input.Fields[field.Key].Type, field.Value)),
        _ => false,
    };

    private List<(ObjectType ObjectType, Type ClrType)> FindTypes()
    {
        var found = new Dictionary<ObjectType, Type>();
        foreach (var (name, clrType) in bindings.Types)
        {
            if (schema.Types.GetValueOrDefault(name) is not ObjectType type)
            {
                Faults.Add($"{clrType.Name} is bound to {name}, which is no object type of the schema.");
            }
            else if (!found.TryAdd(type, clrType))
            {
                Faults.Add($"{name} is bound to two CLR types, {found[type].Name} and {clrType.Name}.");
            }
        }

        return [.. found.Select(pair => (pair.Key, pair.Value))];
    }

    private void AddField(FieldBindingEntry entry)
    {
        if (schema.Types.GetValueOrDefault(entry.Type) is not ObjectType type)
        {
            Faults.Add($"A resolver is bound to {entry.Type}.{entry.Field}, but {entry.Type} is no object type of the schema.");
        }
        else if (!type.Fields.TryGetValue(entry.Field, out var field))
        {
            Faults.Add($"A resolver is bound to {entry.Type}.{entry.Field}, but {entry.Type} has no such field.");
        }
        else if (!Resolvers.TryAdd(field, entry.Resolver))
        {
            Faults.Add($"{field} is bound twice.");
        }
    }

    private FieldResolver? AddProperty(ObjectType type, FieldDefinition field)
    {
        if (ClrTypes.FindClrType(type) is not { } clrType)
        {
            Faults.Add($"{field} has no resolver.");
            return null;
        }

        if (PropertyResolvers.Find(clrType, field.Name) is { } resolver)
        {
            return Resolvers[field] = resolver;
        }

        Faults.Add($"{field} has no resolver, and {clrType.Name}, to which {type.Name} is bound, has no public property of that name.");
        return null;
    }

    private List<ObjectType> FindReachable()
    {
        var reached = new List<ObjectType>();
        var seen = new HashSet<NamedType>();
        var open = new Queue<NamedType>(ImmutableArray.Create<NamedType?>(schema.Query, schema.Mutation, schema.Subscription).OfType<NamedType>());
        while (open.TryDequeue(out var type))
        {
            if (!seen.Add(type))
            {
                continue;
            }

            foreach (var possible in schema.GetPossibleTypes(type))
            {
                open.Enqueue(possible);
            }

            if (type is ObjectType objectType)
            {
                reached.Add(objectType);
            }

            if (type is ComplexType complex)
            {
                foreach (var field in complex.Fields.Values)
                {
                    open.Enqueue(field.Type.Named);
                }
            }
        }

        return reached;
    }
}
