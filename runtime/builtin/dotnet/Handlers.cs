using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace Fcemu
{
    /// <summary>Finds what a handler string names: Assembly::Namespace.Class::Method.</summary>
    internal sealed class Handlers
    {
        private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

        private readonly Setup setup;
        private readonly Code code;
        private readonly Dictionary<Type, object> objects = new Dictionary<Type, object>(); // hooks share it with the handler
        private readonly Runner[] found = new Runner[4]; // by hook

        public Handlers(Setup setup, Code code)
        {
            this.setup = setup;
            this.code = code;
        }

        /// <summary>A failed load is tried again at the next call.</summary>
        public Runner Find(Call call)
        {
            return found[call.Hook] ?? (found[call.Hook] = Load(setup.Handlers[call.Hook]));
        }

        private Runner Load(string handler)
        {
            string[] parts = handler.Split(new[] { "::" }, StringSplitOptions.None);
            if (parts.Length != 3 || Array.IndexOf(parts, "") >= 0)
            {
                throw new ArgumentException("Invalid handler '" + handler + "': expected Assembly::Namespace.Class::Method");
            }
            Type type = TypeNamed(parts[0], parts[1]);
            MethodInfo method = MethodNamed(type, parts[2]);
            return new Runner(method, method.IsStatic ? null : Object(type), code);
        }

        private Type TypeNamed(string name, string type)
        {
            Assembly assembly = code.Named(name);
            if (assembly == null)
            {
                throw new FileNotFoundException("the code has no " + name + ".dll, which the handler names");
            }
            return assembly.GetType(type) ?? throw new TypeLoadException("the assembly " + name + " has no class " + type);
        }

        private static MethodInfo MethodNamed(Type type, string name)
        {
            MethodInfo found = null;
            foreach (MethodInfo method in type.GetMethods(Public))
            {
                if (method.Name != name)
                {
                    continue;
                }
                if (found != null && found.DeclaringType == method.DeclaringType)
                {
                    throw new AmbiguousMatchException("the class " + type.FullName + " has several public methods " + name);
                }
                if (found == null || method.DeclaringType.IsSubclassOf(found.DeclaringType))
                {
                    found = method;
                }
            }
            if (found == null)
            {
                throw new MissingMethodException("the class " + type.FullName + " has no public method " + name);
            }
            if (found.ContainsGenericParameters)
            {
                throw new NotSupportedException("the method " + type.FullName + "." + name + " is generic, which no handler can be");
            }
            return found;
        }

        private object Object(Type type)
        {
            if (!objects.TryGetValue(type, out object made))
            {
                if (type.IsAbstract || !type.IsValueType && type.GetConstructor(Type.EmptyTypes) == null)
                {
                    throw new MissingMethodException("the class " + type.FullName + " is abstract or has no public constructor without parameters");
                }
                made = Activator.CreateInstance(type);
                objects[type] = made;
            }
            return made;
        }
    }
}
