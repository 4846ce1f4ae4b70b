polkit.addRule(function(action, subject) {
  // first
  if ((action.id == 'org.freedesktop.systemd1.manage-units' || action.id.indexOf("a.") == 0) &&
      action.lookup("unit") == 'x.service' && subject.isInGroup('wheel') && subject.user != "bob") {
    return polkit.Result.YES; /* yes */
  }
  return polkit.Result.NOT_HANDLED;
});
